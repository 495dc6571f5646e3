import type { ErrorReason } from '../model/error-reason.ts';

/**
 * The result of a step. A step reads the cluster, does what can be done now and returns; it never waits. An operator
 * uses `requeueAfterMs` as its requeue interval; the CLI repeats the step (`runToEnd`).
 */
export type StepResult<T> = { readonly done: T } | Pending;

export interface Pending {
  /** When to call the step again, in milliseconds. */
  readonly requeueAfterMs: number;
  /** What it waits for, such as `Pod demo-store-0 is ending`. */
  readonly pending: string;
  readonly reason: ErrorReason;
}

/** A deletion ends within a grace period of seconds; asking more often would not end it sooner. */
const deletionRequeueMs = 300;

/** A step that waits for the cluster to delete something. */
export const deletionPending = (pending: string): Pending => ({
  requeueAfterMs: deletionRequeueMs,
  pending,
  reason: 'DeletionPending',
});
