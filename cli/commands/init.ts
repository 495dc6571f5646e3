import { Option, type Command } from 'commander';
import { documented, type Kinds } from '../../model/kinds.ts';
import type { LoadKinds } from '../program.ts';
import { describeLater } from '../described-later.ts';
import { withExamples, withOutput, type Examples } from '../options.ts';
import { exampleNames } from './example-names.ts';
import type { InitOptions } from '../init/init.ts';

/** `mooring init`: a document to begin with. */
export function addInit(program: Command, kinds: LoadKinds): void {
  const command = withOutput(program.command('init'))
    .description('write a stack.yaml to begin with, or a mooring.config.ts, every choice explained')
    .argument('[path]', 'where to', 'stack.yaml')
    .option('--config', 'write a stack in code instead, ./mooring.config.ts, for services of your own')
    .option('--from <file>', 'the same, drafted from a compose file; what cannot be read is listed')
    .action(async (path: string, options: InitOptions) =>
      options.config || options.from !== undefined
        ? (await import('../init/config.ts')).initConfig(command.args, given(command))
        : (await import('../init/init.ts')).initCommand(await kinds(), path, options),
    );
  describeLater(command, kinds, (all) => {
    const known = documented(all);
    addChoices(command, known);
    withExamples(command, examplesOf(known));
  });
}

/** The options without the defaults, which are those of a document. */
const given = (command: Command): InitOptions =>
  Object.fromEntries(
    Object.entries(command.opts<InitOptions>()).filter(
      ([name]) => command.getOptionValueSource(name) === 'cli',
    ),
  );

function examplesOf(kinds: Kinds): Examples {
  const { preset } = exampleNames(kinds);
  const choice = preset === undefined ? '' : ` --preset ${preset}`;
  return {
    'npx mooring init': './stack.yaml, for kind',
    [`npx mooring init clinic.yaml --name clinic -n clinic${choice}`]: 'the second of many',
    'npx mooring init --config': './mooring.config.ts: services of your own, without a document',
    'npx mooring init --from compose.yaml': 'the same, of the services you have',
  };
}

function addChoices(command: Command, kinds: Kinds): void {
  const single = kinds.length === 1 ? kinds[0] : undefined;
  const usual = single?.schema.parse({}).metadata;
  command
    .option('--name <name>', "prefix of every object's name", usual?.name)
    .option('-n, --namespace <name>', 'namespace of every object', usual?.namespace)
    .option('--preset <name>', presetsOf(kinds), single?.presets[0])
    .option('--force', 'replace a file that is there');
  if (kinds.length > 1)
    command.addOption(
      new Option('--kind <name>', 'what kind of stack').choices(kinds.map(({ kind }) => kind)),
    );
}

/** `dev, staging, production`, of each kind that has any. */
const presetsOf = (kinds: Kinds): string =>
  [...new Set(kinds.flatMap(({ presets }) => (presets.length > 0 ? [presets.join(', ')] : [])))].join('; ');
