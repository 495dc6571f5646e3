import type { Command } from 'commander';
import type { LoadKinds } from '../program.ts';
import { withCluster, withExamples } from '../options.ts';
import type { LogsOptions } from '../logs/logs.ts';

/** `mooring logs`: what the pods of a stack write, each line with its pod. */
export function addLogs(program: Command, kinds: LoadKinds): void {
  const command = withCluster(program.command('logs'))
    .description('show what the pods of a stack write')
    .argument('[services...]', 'such as backend redis; all of them without', [])
    .option('-F, --follow', 'stream new lines until Ctrl-C')
    .option('-p, --previous', 'of the container before the last restart')
    .option('--since <duration>', 'only the last 90s, 10m, 2h …')
    .option('--tail <lines>', 'how many lines of each pod at first', '100')
    .action(async (services: string[], options: LogsOptions) =>
      (await import('../logs/logs.ts')).logsCommand(await kinds(), services, options),
    );
  withExamples(command, {
    'mooring logs backend -F': 'the chat, as it happens',
    'mooring logs redis neo4j --since 10m': 'two stores, each line with its pod',
    'mooring logs backend --previous': 'why it restarted',
  });
}
