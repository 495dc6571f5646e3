import type { Command } from 'commander';
import type { LoadKinds } from '../program.ts';
import { withChanges, withExamples } from '../options.ts';
import type { DownOptions } from '../down/down.ts';

/** `mooring down`: takes a stack out of a cluster. */
export function addDown(program: Command, kinds: LoadKinds): void {
  const command = withChanges(program.command('down'))
    .description(
      'remove a stack from a cluster; its volumes, secrets and history are kept without --delete-data',
    )
    .option('--delete-data', 'also delete volume claims, secrets and history: what it stores is lost')
    .option(
      '--delete-namespace',
      'with --delete-data: also delete the namespace and everything in it, other stacks included',
    )
    .action(async (options: DownOptions) =>
      (await import('../down/down.ts')).downCommand(await kinds(), options),
    );
  withExamples(command, {
    'npx mooring down': 'keeps the data: "npx mooring apply" brings everything back',
    'npx mooring down --delete-data --dry-run': 'what would be deleted',
  });
}
