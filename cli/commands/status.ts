import type { Command } from 'commander';
import type { LoadKinds } from '../program.ts';
import { withCluster, withExamples } from '../options.ts';
import type { StatusOptions } from '../status/status.ts';

/** `mooring status`: how a stack is, in a table. */
export function addStatus(program: Command, kinds: LoadKinds): void {
  const command = withCluster(program.command('status'))
    .description('show how a stack is: its workloads, their pods, and what keeps them from being ready')
    .option('-w, --watch', 'print it again whenever it changes')
    .action(async (options: StatusOptions) =>
      (await import('../status/status.ts')).statusCommand(await kinds(), options),
    );
  withExamples(command, {
    'npx mooring status': 'exit code 0 when everything is ready, else 1',
    'npx mooring status -w': 'until Ctrl-C',
  });
}
