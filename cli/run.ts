import type { Command } from 'commander';
import { endingOf } from './errors.ts';
import { progress } from './output.ts';

/** Runs one command line: prints an error and sets the process' exit code. Never rejects. */
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

/** Exits quietly on EPIPE (`mooring logs -F | head`). */
function endWithReader(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
}
