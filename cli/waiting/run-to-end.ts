import type { ErrorReason } from '../model/error-reason.ts';
import { ClusterError } from '../kube/cluster-error.ts';
import { pollIntervalMs, pause } from '../kube/poll.ts';

/**
 * The result of a step. A step reads the cluster, does what can be done now and returns; it never waits. An operator
 * uses `requeueAfterMs` as its requeue interval; the CLI repeats the step with `runToEnd`.
 */
export type StepResult<T> = { readonly done: T } | Pending;

export interface Pending {
  /** When to call the step again, in milliseconds. */
  readonly requeueAfterMs: number;
  /** What it waits for, such as `Pod demo-redis-0 is ending`. */
  readonly pending: string;
  readonly reason: ErrorReason;
}

/** A step that waits for the cluster to delete something. */
export const deletionPending = (pending: string): Pending => ({
  requeueAfterMs: pollIntervalMs,
  pending,
  reason: 'DeletionPending',
});

export interface RunOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onWaiting?: (line: string) => void;
  /** How long it may be pending, in milliseconds; default: no limit. */
  readonly timeoutMs?: number;
}

/**
 * Repeats a step until it is done, and waits between its runs.
 * @throws ClusterError CLUSTER_AWAY when it is pending for longer than `timeoutMs`; what the step throws.
 */
export async function runToEnd<T>(
  step: () => Promise<StepResult<T>>,
  { signal, onWaiting, timeoutMs = Infinity }: RunOptions = {},
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const result = await step();
    if ('done' in result) return result.done;
    if (performance.now() > deadline)
      throw new ClusterError(
        'CLUSTER_AWAY',
        `After ${Math.round(timeoutMs / 1_000)} seconds ${result.pending}.`,
        { reason: result.reason },
      );
    onWaiting?.(result.pending);
    await pause(signal, result.requeueAfterMs);
  }
}
