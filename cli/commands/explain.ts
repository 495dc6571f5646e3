import type { Command } from 'commander';
import type { Kinds } from '../../model/kinds.ts';
import { describeLater } from '../described-later.ts';
import type { LoadKinds } from '../program.ts';
import { withDocument, withExamples, withOutput, type Examples } from '../options.ts';
import { exampleNames } from './example-names.ts';
import type { ExplainOptions } from '../explain/explain.ts';

/** `mooring explain`: what a name or a number of the contract is. */
export function addExplain(program: Command, kinds: LoadKinds): void {
  const command = withOutput(withDocument(program.command('explain')))
    .description('say what a field, an environment variable or a port is, and who uses it')
    .argument('<name>', 'a field (spec.…), a variable, or a port number')
    .action(async (name: string, options: ExplainOptions) =>
      (await import('../explain/explain.ts')).explainCommand(await kinds(), name, options),
    );
  describeLater(command, kinds, (known) => withExamples(command, examplesOf(known)));
}

function examplesOf(kinds: Kinds): Examples {
  const { variable, port, group = 'spec' } = exampleNames(kinds);
  return {
    ...(variable === undefined
      ? {}
      : { [`mooring explain ${variable}`]: 'where it is defined, its default, what this stack gives it' }),
    ...(port === undefined
      ? {}
      : { [`mooring explain ${port}`]: 'who listens there, and what people expect there' }),
    [`mooring explain ${group}`]: 'every field of a group',
  };
}
