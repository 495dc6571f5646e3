import { basename } from 'node:path';
import { Command } from 'commander';
import { addCompletion } from './commands/completion.ts';
import { addExplain } from './commands/explain.ts';
import { addInit } from './commands/init.ts';
import { addSynth } from './commands/synth.ts';

/** Adds one command to the program. A command's file loads what it works with only when it runs. */
type AddCommand = (program: Command) => void;

const commands: readonly AddCommand[] = [
  // verify: from branch verify.
  // apply, diff, history, rollback, secrets, down: from branch apply.
  addInit,
  addSynth,
  addExplain,
  addCompletion,
];

/** What it is called depends on who calls it: kubectl finds it as a plugin. */
export function programName(script = ''): string {
  return basename(script).startsWith('kubectl-') ? 'kubectl mooring' : 'mooring';
}

/** The whole command line, ready to parse. Throws CommanderError instead of ending the process. */
export function createProgram(name: string, version: string): Command {
  const program = new Command(name)
    .description('Runs a chat backend with its stores on Kubernetes, and proves that nothing has drifted.')
    .version(version, '-V, --version')
    .helpCommand(false)
    .showSuggestionAfterError()
    .configureHelp({ showGlobalOptions: false })
    .exitOverride();
  for (const add of commands) add(program);
  for (const command of program.commands) command.exitOverride();
  return program;
}
