import { Command } from 'commander';

/** Adds one command to the program. A command's file loads what it works with only when it runs. */
export type AddCommand = (program: Command) => void;

/** The whole command line, ready to parse. Throws CommanderError instead of ending the process. */
export function createProgram(name: string, version: string, commands: readonly AddCommand[]): Command {
  const program = new Command(name)
    .description('Runs a chat backend with its stores on Kubernetes, and proves that nothing has drifted.')
    .version(version, '-V, --version')
    .helpCommand(false)
    .showSuggestionAfterError()
    .configureHelp({ showGlobalOptions: false })
    .exitOverride();
  for (const add of commands) add(program);
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
