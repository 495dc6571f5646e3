import { InvalidArgumentError, Option, type Command } from 'commander';
import type { Kinds } from '../../model/kinds.ts';
import { describeLater } from '../described-later.ts';
import type { LoadKinds } from '../program.ts';
import { withChanges, withExamples } from '../options.ts';
import type { ApplyOptions } from '../apply/options.ts';

/** `mooring apply`: brings a stack into a cluster, and ends when its check has passed there. */
export function addApply(program: Command, kinds: LoadKinds): void {
  const command = withApply(withChanges(program.command('apply')), kinds)
    .description('bring a stack into a cluster; success means that its check passed there')
    .option('--prune', 'remove what this stack owns and no longer renders; never a volume claim')
    .option('--delete-data', 'with --prune: the volume claims of services that are gone, too')
    .action(async (options: ApplyOptions) =>
      (await import('../apply/apply.ts')).applyCommand(await kinds(), options),
    );
  withExamples(command, {
    'npx mooring apply': './stack.yaml, else the defaults, into the current context',
    'npx mooring apply -f clinic.yaml --context prod --dry-run':
      'what would change there, and what would be refused',
    'npx mooring apply --prune': 'also remove what the document no longer says',
  });
}

/** Options of every command that applies a document. */
export function withApply(command: Command, kinds: LoadKinds): Command {
  describeLater(command, kinds, (known) => addCheck(command, known));
  return command
    .option('--force-conflicts', 'take back fields that others changed, and remove what they added')
    .option('--timeout <seconds>', 'how long to wait until every pod is ready', seconds, 600)
    .option('--no-wait', 'do not wait for the rollout, and skip the check')
    .option('--no-check', 'skip the check; success means that every pod is ready');
}

/** An earlier name of --no-check is not shown. */
function addCheck(command: Command, kinds: Kinds): void {
  for (const name of new Set(kinds.flatMap(({ check }) => check?.earlierOption ?? [])))
    command
      .addOption(new Option(`--${name}`, 'the earlier name of --no-check').hideHelp())
      .on(`option:${name}`, () => command.setOptionValueWithSource('check', false, 'cli'));
  command.option('--token-file <path>', 'a token for the check, where it wants one ("-": standard input)');
}

function seconds(text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw new InvalidArgumentError('It takes a number of seconds.');
}
