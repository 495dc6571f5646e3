import type { Command } from 'commander';
import type { Kinds } from '../../model/kinds.ts';
import { completeBy } from '../completed-by.ts';
import { describeLater } from '../described-later.ts';
import type { LoadKinds } from '../program.ts';
import { withDocument, withExamples, withOutput, type Examples } from '../options.ts';
import { exampleNames } from './example-names.ts';
import type { ExplainOptions } from '../explain/explain.ts';

/** `mooring explain`: what a name or a number of the contract, or a code, is. */
export function addExplain(program: Command, kinds: LoadKinds): void {
  const command = withOutput(withDocument(program.command('explain')))
    .description('say what a code, a field, an environment variable or a port is')
    .argument('[name]', 'a code, a field (spec.…), a variable, or a port number (default: lists the codes)')
    .action(async (name: string | undefined, options: ExplainOptions) =>
      (await import('../explain/explain.ts')).explainCommand(await kinds(), name, options),
    );
  completeBy(command, async () => (await import('../explain/codes.ts')).meaningsOfCodes());
  describeLater(command, kinds, (known) => withExamples(command, examplesOf(known)));
}

function examplesOf(kinds: Kinds): Examples {
  const { variable, port, group = 'spec' } = exampleNames(kinds);
  return {
    ...(variable === undefined
      ? {}
      : {
          [`npx mooring explain ${variable}`]: 'where it is defined, its default, what this stack gives it',
        }),
    ...(port === undefined
      ? {}
      : { [`npx mooring explain ${port}`]: 'who listens there, and what people expect there' }),
    [`npx mooring explain ${group}`]: 'every field of a group',
    'npx mooring explain PORT_NOT_SERVED': 'what shows a finding of verify, with an example',
    'npx mooring explain': 'every code of a finding, an answer or an exit',
  };
}
