import { setTimeout as wait } from 'node:timers/promises';

interface Answer {
  readonly status: number;
  readonly json: unknown;
}

/** It takes the API server about a second; after so long something else is wrong. In milliseconds. */
const longestMs = 15_000;
const againMs = 200;

/**
 * Whether the API server makes the storage of a resource anew, as it does for a moment after a CustomResourceDefinition
 * was created or changed. It has not carried out the request.
 */
const isInitializing = ({ status, json }: Answer): boolean =>
  (status === 429 || status >= 500) && JSON.stringify(json).includes('storage is (re)initializing');

/**
 * The answer to a request that is sent anew while the API server makes the storage of its resource.
 * @throws the signal's reason when it is aborted meanwhile; what `send` throws.
 */
export async function onceInitialized<T extends Answer>(
  send: () => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  const deadline = performance.now() + longestMs;
  for (;;) {
    const answer = await send();
    if (!isInitializing(answer) || performance.now() > deadline) return answer;
    await wait(againMs, undefined, signal ? { signal } : {}).catch(() => signal?.throwIfAborted());
  }
}
