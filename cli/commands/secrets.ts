import type { Command } from 'commander';
import type { LoadKinds } from '../program.ts';
import { withChanges, withExamples } from '../options.ts';
import type { ApplyOptions } from '../apply/options.ts';
import { withApply } from './apply.ts';

/** `mooring secrets rotate`: gives the stores new passwords, and tells every service that reads them. */
export function addSecrets(program: Command, kinds: LoadKinds): void {
  const group = program.command('secrets').description("the stack's own secrets").helpCommand(false);
  const command = withApply(withChanges(group.command('rotate')), kinds)
    .description(
      'give the stores new passwords and restart what reads them; ends when the check has passed again',
    )
    .exitOverride()
    .action(async (options: ApplyOptions) =>
      (await import('../secrets/rotate.ts')).rotateCommand(await kinds(), options),
    );
  withExamples(command, {
    'npx mooring secrets rotate': 'of the stack ./stack.yaml names; if it was interrupted, run it again',
  });
}
