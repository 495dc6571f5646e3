import { Argument, Option, type Command } from 'commander';
import type { Kinds } from '../../model/kinds.ts';
import { completeBy } from '../completed-by.ts';
import { describeLater } from '../described-later.ts';
import type { EnvOptions } from '../env/env.ts';
import type { Language } from '../env/languages.ts';
import { withDocument, withExamples, withOutput, type Examples } from '../options.ts';
import type { LoadKinds } from '../program.ts';
import { exampleNames } from './example-names.ts';

/** Every language, and what is written in it. */
const written: Readonly<Record<Language, string>> = {
  typescript: 'a module on mooring/env',
  python: 'a module on pydantic-settings',
  'json-schema': 'a schema of the environment',
  dotenv: 'a commented env file',
};

/** `mooring env`: what an app parses its environment with. */
export function addEnv(program: Command, kinds: LoadKinds): void {
  const command = withOutput(withDocument(program.command('env')))
    .description('write what the app of a service parses its environment with')
    .addArgument(new Argument('<language>').choices(Object.keys(written)))
    .argument('[service]', 'whose environment (default: of the only service that reads variables)')
    .addOption(
      new Option('--check <file>', 'write nothing; exit 1 when the file is not the latest').conflicts('out'),
    )
    .option('--out <file>', 'write it to a file, in the place of one that was written so')
    .action(async (language: Language, service: string | undefined, options: EnvOptions) =>
      (await import('../env/env.ts')).envCommand(await kinds(), language, service, options),
    );
  completeBy(command, () => Promise.resolve(written));
  describeLater(command, kinds, (known) => withExamples(command, examplesOf(known)));
}

function examplesOf(kinds: Kinds): Examples {
  const [service = '<service>'] = exampleNames(kinds).services;
  return {
    [`npx mooring env python ${service} --out settings.py`]: 'for pydantic-settings',
    [`npx mooring env python ${service} --check settings.py`]:
      'in CI: fails where the file is not the latest, and names the variable',
    [`npx mooring env typescript ${service} --out env.ts`]: 'for an app that has mooring installed',
    [`npx mooring env json-schema ${service}`]: 'for editors, and for other languages',
    [`npx mooring env dotenv ${service} --out .env.example`]: 'for people',
  };
}
