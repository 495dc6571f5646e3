import { CommandError } from './errors.ts';

/**
 * Does work that Ctrl-C (or a polite kill) ends between two steps: its signal is aborted, and what was done stays
 * done. A second Ctrl-C ends the process where it stands.
 */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const interruption = new AbortController();
  const interrupt = (): void => {
    stopListening();
    interruption.abort(
      new CommandError(
        'INTERRUPTED',
        'Interrupted. What was done stays done; run the same command again to go on.',
      ),
    );
  };
  const stopListening = (): void => {
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', interrupt);
  };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  try {
    return await work(interruption.signal);
  } finally {
    stopListening();
  }
}

/** For work without an end of its own: Ctrl-C ends it, and is no failure. */
export async function untilInterrupted(work: (signal: AbortSignal) => Promise<unknown>): Promise<void> {
  try {
    await interruptible(work);
  } catch (error) {
    if (!(error instanceof CommandError && error.code === 'INTERRUPTED')) throw error;
  }
}
