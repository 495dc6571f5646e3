import { Command } from 'commander';
import type { Kinds } from '../model/kinds.ts';
import { calledAs } from './called-as.ts';
import { described } from './described-later.ts';
import { choose } from './same-stack.ts';

/** Loads the kinds a program serves, or rejects. A command calls it when it runs. */
export type LoadKinds = () => Promise<Kinds>;

/** Adds one command to the program. A command loads its implementation and the kinds only when it runs. */
export type AddCommand = (program: Command, kinds: LoadKinds) => void;

/** The version and commands of a command line. */
export interface Cli {
  readonly version: string;
  readonly commands: readonly AddCommand[];
}

/**
 * The whole command line for stacks of `kinds`, ready for `parseAsync`. Throws CommanderError instead of ending the
 * process.
 */
export function createCli(kinds: Kinds | LoadKinds, { version, commands }: Cli): Command {
  const program = new Command(calledAs())
    .description(
      'Runs a stack of services on Kubernetes from one typed document, and proves that nothing has drifted.',
    )
    .version(version, '-V, --version')
    .helpCommand(false)
    .showSuggestionAfterError()
    .configureHelp({ showGlobalOptions: false })
    .hook('preSubcommand', (_, command) => described(command))
    .hook('preAction', (_, command) => choose(command.opts()))
    .exitOverride();
  const load = typeof kinds === 'function' ? kinds : () => Promise.resolve(kinds);
  for (const add of commands) add(program, load);
  for (const command of program.commands) command.exitOverride();
  return tellingWhatThereIs(program);
}

/** Adds to a usage error the list of commands, or the `--help` of the command. */
function tellingWhatThereIs(program: Command): Command {
  for (const command of program.commands)
    command.showHelpAfterError(`See "${program.name()} ${command.name()} --help".`);
  const names = program.createHelp().visibleCommands(program);
  return program.showHelpAfterError(
    `Commands: ${names.map((command) => command.name()).join(', ')}. See "${program.name()} --help".`,
  );
}
