import type { Command } from 'commander';
import { endingOf } from './fail.ts';
import { progress } from './output.ts';

/** Runs one command line to its end: a mistake is said in words, and its code becomes the process'. Never rejects. */
export async function run(program: Command, words: readonly string[]): Promise<void> {
  process.stdout.on('error', endWithReader);
  try {
    await program.parseAsync(words, { from: 'user' });
  } catch (error) {
    progress.done();
    const { message, exitCode } = endingOf(error);
    if (message !== '') process.stderr.write(`${message}\n`);
    process.exitCode = exitCode;
  }
}

/** Whoever reads may have seen enough, as `mooring logs -F | head` has: that is nobody's mistake. */
function endWithReader(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
}
