import { setTimeout as wait } from 'node:timers/promises';

/** The poll interval, in milliseconds. */
export const pollIntervalMs = 300;

/** Waits one poll interval. Rejects with the signal's reason when it is aborted meanwhile. */
export async function pause(signal?: AbortSignal, milliseconds = pollIntervalMs): Promise<void> {
  await wait(milliseconds, undefined, signal ? { signal } : {}).catch(() => undefined);
  signal?.throwIfAborted();
}
