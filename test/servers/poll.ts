import { setTimeout as pause } from 'node:timers/promises';

const INTERVAL_MS = 50;

/** How waiting ended: the condition held, the process it hung on exited first, or time ran out. */
export type Outcome = 'met' | 'exited' | 'timeout';

export interface PollLimits {
  timeoutMs: number;
  /** Settles when the process that could still meet the condition is gone; waiting on is then pointless. */
  exited?: Promise<unknown> | undefined;
}

/**
 * Asks `check` again and again (50 ms between answers) until it says true.
 * An error thrown by `check` means "not yet": a server that is starting refuses in many ways.
 */
export async function poll(check: () => Promise<boolean>, limits: PollLimits): Promise<Outcome> {
  const deadline = performance.now() + limits.timeoutMs;
  let gone = false;
  const markGone = () => (gone = true);
  void limits.exited?.then(markGone, markGone);
  for (;;) {
    if (await check().catch(() => false)) return 'met';
    // Assigned in a callback, which the compiler's narrowing cannot see.
    if (gone as boolean) return 'exited';
    if (performance.now() > deadline) return 'timeout';
    await pause(INTERVAL_MS);
  }
}
