import type { Command } from 'commander';
import type { Kinds } from '../../model/kinds.ts';
import { describeLater } from '../described-later.ts';
import type { LoadKinds } from '../program.ts';
import { withCluster, withExamples, type Examples } from '../options.ts';
import { exampleNames } from './example-names.ts';
import type { LogsOptions } from '../logs/logs.ts';

/** `mooring logs`: what the pods of a stack write, each line with its pod. */
export function addLogs(program: Command, kinds: LoadKinds): void {
  const command = withCluster(program.command('logs'))
    .description('show what the pods of a stack write')
    .argument('[services...]', 'of these only; of all without', [])
    .option('-F, --follow', 'stream new lines until Ctrl-C')
    .option('-p, --previous', 'of the container before the last restart')
    .option('--since <duration>', 'only the last 90s, 10m, 2h …')
    .option('--tail <lines>', 'how many lines of each pod at first', '100')
    .action(async (services: string[], options: LogsOptions) =>
      (await import('../logs/logs.ts')).logsCommand(await kinds(), services, options),
    );
  describeLater(command, kinds, (known) => withExamples(command, examplesOf(known)));
}

function examplesOf(kinds: Kinds): Examples {
  const { services } = exampleNames(kinds);
  const [first = '<service>'] = services;
  const two = services.slice(-2);
  return {
    [`npx mooring logs ${first} -F`]: 'what it writes, as it happens',
    ...(two.length === 2
      ? { [`npx mooring logs ${two.join(' ')} --since 10m`]: 'of two services, each line with its pod' }
      : {}),
    [`npx mooring logs ${first} --previous`]: 'why it restarted',
  };
}
