import { setTimeout as pause } from 'node:timers/promises';

const INTERVAL_MS = 50;

/** How waiting ended: the condition held, the process it hung on exited first, or time ran out. */
export type Outcome = 'met' | 'exited' | 'timeout';

export interface PollLimits {
  timeoutMs: number;
  /** Settles when the process that could still meet the condition is gone; waiting on is then pointless. */
  exited?: Promise<unknown> | undefined;
}

export interface Polled {
  readonly outcome: Outcome;
  /** What the last `check` threw, where it was not met and the last one threw. */
  readonly lastError?: unknown;
}

/**
 * Asks `check` again and again (50 ms between answers) until it says true.
 * An error thrown by `check` means "not yet": a server that is starting refuses in many ways.
 */
export async function pollWithReason(check: () => Promise<boolean>, limits: PollLimits): Promise<Polled> {
  const deadline = performance.now() + limits.timeoutMs;
  let gone = false;
  const markGone = () => (gone = true);
  void limits.exited?.then(markGone, markGone);
  for (;;) {
    const answer = await check().then(
      (met) => ({ met }),
      (lastError: unknown) => ({ met: false, lastError }),
    );
    if (answer.met) return { outcome: 'met' };
    const reason = 'lastError' in answer ? { lastError: answer.lastError } : {};
    // Assigned in a callback, which the compiler's narrowing cannot see.
    if (gone as boolean) return { outcome: 'exited', ...reason };
    if (performance.now() > deadline) return { outcome: 'timeout', ...reason };
    await pause(INTERVAL_MS);
  }
}

/** How waiting for `check` ended, for a caller whose check cannot throw, or that says itself what it waited for. */
export async function poll(check: () => Promise<boolean>, limits: PollLimits): Promise<Outcome> {
  return (await pollWithReason(check, limits)).outcome;
}

/** Waits until `check` says true. Rejects, saying for what it waited; its cause is what the last `check` threw. */
export async function until(what: string, check: () => Promise<boolean>, timeoutMs: number): Promise<void> {
  const { outcome, lastError } = await pollWithReason(check, { timeoutMs });
  if (outcome === 'met') return;
  const last = lastError instanceof Error ? ` The last try failed: ${lastError.message}` : '';
  throw new Error(`Waited ${timeoutMs / 1_000} s for ${what}.${last}`, { cause: lastError });
}
