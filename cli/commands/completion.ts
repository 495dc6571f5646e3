import { Argument, Command } from 'commander';
import { completionsOf } from '../completed-by.ts';
import { described } from '../described-later.ts';
import { withExamples } from '../options.ts';

/** The command that the shells' scripts call at every Tab, with the words so far after `--`. */
export const completeCommand = 'complete';

/** `mooring completion SHELL`: the script a shell reads, which asks this program again at every Tab. */
export function addCompletion(program: Command): void {
  const command = program
    .command('completion')
    .description('print what your shell needs to complete command lines')
    .addArgument(new Argument('<shell>').choices(['bash', 'zsh', 'fish']))
    .action(() => complete(program));
  withExamples(command, {
    'source <(npx mooring completion bash)': 'for this bash; in ~/.bashrc for every one',
    'source <(npx mooring completion zsh)': 'for this zsh; in ~/.zshrc for every one',
    'npx mooring completion fish > ~/.config/fish/completions/mooring.fish': 'for every fish',
  });
  program
    .command(completeCommand, { hidden: true })
    .argument('[words...]')
    .allowUnknownOption()
    .action(() => complete(program));
}

/** The library adds commands with its own names, so it gets a program without ours of these names. */
async function complete(program: Command): Promise<void> {
  const { default: tab } = await import('@bomb.sh/tab/commander');
  const asked = new Command('mooring').helpCommand(false);
  for (const command of program.commands) {
    if (process.argv.includes(command.name())) await described(command);
    if (![completeCommand, 'completion'].includes(command.name())) asked.addCommand(command);
  }
  const completed = tab(asked, { completionCommandName: 'completion' });
  for (const command of asked.commands)
    for (const [argument, values] of await completionsOf(command))
      completed.commands
        .get(command.name())
        ?.argument(argument, (offer) =>
          Object.entries(values).forEach(([value, means]) => offer(value, means)),
        );
  await asked.parseAsync(process.argv);
}
