import type { Command } from 'commander';
import type { Kinds } from '../../model/kinds.ts';
import { withCluster, withExamples, type ClusterOptions } from '../options.ts';

export interface OpenOptions extends ClusterOptions {
  readonly port?: string;
  readonly patient: string;
  readonly browser: boolean;
}

/** `mooring open`: the chat of a cluster on this machine. */
export function addOpen(program: Command, kinds: Kinds): void {
  const command = withCluster(program.command('open'))
    .description('forward the chat to this machine, and open its page')
    .option('--port <number>', 'local port (default: a free one)')
    .option('--patient <id>', 'whose page', 'patient:demo')
    .option('--no-browser', 'only print the URL')
    .action(async (options: OpenOptions) => (await import('../open/open.ts')).openCommand(kinds, options));
  withExamples(command, {
    'mooring open': 'until Ctrl-C; finds another pod when one goes',
    'mooring open --port 8080 --no-browser': 'for scripts: the URL is the first line',
  });
}
