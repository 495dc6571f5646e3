import type { Command } from 'commander';
import { mooring } from '../called-as.ts';
import type { LoadKinds } from '../program.ts';
import { withChanges, withExamples } from '../options.ts';
import type { ApplyOptions } from '../apply/options.ts';
import { withApply } from './apply.ts';

/** `mooring rollback`: applies an earlier document again. */
export function addRollback(program: Command, kinds: LoadKinds): void {
  const command = withApply(withChanges(program.command('rollback')), kinds)
    .description('apply an earlier document again: the last one before this that worked, or a revision')
    .argument('[revision]', `a number from "${mooring('history')}"`)
    .action(async (revision: string | undefined, options: ApplyOptions) =>
      (await import('../apply/rollback.ts')).rollbackCommand(await kinds(), revision, options),
    );
  withExamples(command, {
    'npx mooring rollback':
      'the last other document whose check passed or was skipped; run again, it goes further back',
    'npx mooring rollback 3 --dry-run': 'what going back to revision 3 would change',
  });
}
