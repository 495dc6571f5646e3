import { Option, type Command } from 'commander';
import type { Kinds } from '../../model/kinds.ts';
import type { LoadKinds } from '../program.ts';
import { describeLater } from '../described-later.ts';
import { withCluster, withExamples } from '../options.ts';
import type { OpenOptions } from '../open/open.ts';

/** `mooring open`: a page of a stack in a cluster, on this machine. */
export function addOpen(program: Command, kinds: LoadKinds): void {
  const command = withCluster(program.command('open'))
    .description("forward a stack's page to this machine, and open it")
    .option('--port <number>', 'local port (default: a free one)')
    .action(async (options: OpenOptions) =>
      (await import('../open/open.ts')).openCommand(await kinds(), options),
    );
  describeLater(command, kinds, (known) => {
    for (const option of parameterOptions(known)) command.addOption(option);
    command.option('--no-browser', 'only print the URL');
  });
  withExamples(command, {
    'npx mooring open': 'until Ctrl-C; finds another pod when one goes',
    'npx mooring open --port 8080 --no-browser': 'for scripts: the URL is the first line',
  });
}

/** An option for each parameter of each kind's page. Kinds may share one; each then has a default of its own. */
function parameterOptions(kinds: Kinds): Option[] {
  const all = kinds.flatMap(({ opens }) => opens?.parameters ?? []);
  return [...new Set(all.map(({ name }) => name))].map((name) => {
    const shared = all.filter((one) => one.name === name);
    const option = new Option(`--${name} <id>`, [...new Set(shared.map(({ doc }) => doc))].join('; '));
    const [usual, ...others] = new Set(shared.map((one) => one.default));
    return others.length === 0 ? option.default(usual) : option;
  });
}
