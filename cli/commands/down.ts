import type { Command } from 'commander';
import type { Kinds } from '../../model/kinds.ts';
import { withChanges, withExamples } from '../options.ts';
import type { DownOptions } from '../down/down.ts';

/** `mooring down`: takes a stack out of a cluster. */
export function addDown(program: Command, kinds: Kinds): void {
  const command = withChanges(program.command('down'))
    .description(
      'take a stack out of a cluster; its volumes, secrets and history are kept unless told otherwise',
    )
    .option('--delete-data', 'volume claims, secrets and history, too: what was remembered is gone')
    .option(
      '--delete-namespace',
      'with --delete-data: the namespace and everything in it, also what is not of the stack',
    )
    .action(async (options: DownOptions) => (await import('../down/down.ts')).downCommand(kinds, options));
  withExamples(command, {
    'mooring down': 'keeps the data: "mooring apply" brings everything back',
    'mooring down --delete-data --dry-run': 'what would be gone',
  });
}
