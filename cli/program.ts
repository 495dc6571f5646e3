import { Command } from 'commander';
import type { Kinds } from '../model/kinds.ts';

/** Adds one command to the program. A command's file loads what it works with only when it runs. */
export type AddCommand = (program: Command, kinds: Kinds) => void;

/** What a command line is called, and what it can do. */
export interface Cli {
  readonly name: string;
  readonly version: string;
  readonly commands: readonly AddCommand[];
}

/** The whole command line for stacks of `kinds`, ready to parse. Throws CommanderError instead of ending the process. */
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

/** After a word that was misunderstood: the commands there are, or where the command's options are told. */
function tellingWhatThereIs(program: Command): Command {
  for (const command of program.commands)
    command.showHelpAfterError(`See "${program.name()} ${command.name()} --help".`);
  const names = program.createHelp().visibleCommands(program);
  return program.showHelpAfterError(
    `Commands: ${names.map((command) => command.name()).join(', ')}. See "${program.name()} --help".`,
  );
}
