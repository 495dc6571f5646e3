import { Command } from 'commander';
import type { Kinds } from '../model/kinds.ts';

/** Adds one command to the program. A command loads its implementation only when it runs. */
export type AddCommand = (program: Command, kinds: Kinds) => void;

/** The name, version and commands of a command line. */
export interface Cli {
  readonly name: string;
  readonly version: string;
  readonly commands: readonly AddCommand[];
}

/**
 * The whole command line for stacks of `kinds`, ready to parse. Throws CommanderError instead of ending the process.
 */
export function createCli(kinds: Kinds, { name, version, commands }: Cli): Command {
  const program = new Command(name)
    .description(
      'Runs a stack of services on Kubernetes from one typed document, and proves that nothing has drifted.',
    )
    .version(version, '-V, --version')
    .helpCommand(false)
    .showSuggestionAfterError()
    .configureHelp({ showGlobalOptions: false })
    .exitOverride();
  for (const add of commands) add(program, kinds);
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
