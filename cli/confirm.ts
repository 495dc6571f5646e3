import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { CommandError } from './errors.ts';
import type { ChangeOptions } from './options.ts';
import type { Target } from './target.ts';

/**
 * Asks before a change outside kind, unless `--yes` or `--dry-run`.
 * @param question ends with a question mark.
 * @throws CommandError NOT_CONFIRMED when the answer is no or Ctrl-D, INTERRUPTED at Ctrl-C, USAGE without a
 * terminal.
 */
export async function confirm(
  question: string,
  target: Target,
  options: Pick<ChangeOptions, 'yes' | 'dryRun'>,
): Promise<void> {
  if (target.isKind || options.yes || options.dryRun) return;
  if (!process.stdin.isTTY || !process.stderr.isTTY)
    throw new CommandError(
      'USAGE',
      `${target.context} is not a kind cluster, and there is no terminal to ask on. Say --yes if you mean it.`,
    );
  const answer = await asked(`${question} [y/N] `, process.stdin, process.stderr);
  if (!/^y(es)?$/i.test(answer.trim()))
    throw new CommandError('NOT_CONFIRMED', 'Not confirmed; nothing was changed.');
}

/**
 * One line from a terminal; empty at Ctrl-D.
 * @throws CommandError INTERRUPTED at Ctrl-C: readline takes it before it could become a signal.
 */
export function asked(question: string, input: Readable, output: Writable): Promise<string> {
  const lines = createInterface({ input, output, terminal: true });
  return new Promise<string>((resolve, reject) => {
    let isEnded = false;
    // Without a line, the cursor is still behind the question.
    const end = (settle: () => void, rest = ''): void => {
      if (isEnded) return;
      isEnded = true;
      output.write(rest);
      settle();
    };
    const interrupted = new CommandError('INTERRUPTED', 'Interrupted; nothing was changed.');
    lines.once('SIGINT', () => end(() => reject(interrupted), '\n'));
    lines.once('close', () => end(() => resolve(''), '\n'));
    lines.question(question, (answer) => end(() => resolve(answer)));
  }).finally(() => lines.close());
}
