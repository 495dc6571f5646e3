import { setTimeout as wait } from 'node:timers/promises';

/** Between two looks at the cluster, in milliseconds: soon enough for a person, seldom enough for an API server. */
export const lookMs = 300;

/** Waits until it is time to look again. Rejects with the signal's reason when it is aborted meanwhile. */
export async function pause(signal?: AbortSignal, milliseconds = lookMs): Promise<void> {
  await wait(milliseconds, undefined, signal ? { signal } : {}).catch(() => undefined);
  signal?.throwIfAborted();
}
