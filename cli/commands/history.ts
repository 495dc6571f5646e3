import type { Command } from 'commander';
import type { LoadKinds } from '../program.ts';
import { withCluster, withExamples, type ClusterOptions } from '../options.ts';

/** `mooring history`: which documents were applied, and what became of them. */
export function addHistory(program: Command, kinds: LoadKinds): void {
  const command = withCluster(program.command('history'))
    .description('list the documents that were applied to a stack, and what became of them')
    .action(async (options: ClusterOptions) =>
      (await import('../apply/history.ts')).historyCommand(await kinds(), options),
    );
  withExamples(command, {
    'npx mooring history': 'of the stack ./stack.yaml names',
    'npx mooring history -o yaml': 'with each whole document',
  });
}
