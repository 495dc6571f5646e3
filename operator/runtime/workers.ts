import { withTimeLimit } from '../../model/time-limit.ts';
import { asReconcile } from './reconcile-id.ts';
import type { WorkQueue } from './work-queue.ts';

export interface Reconciled {
  /** When to come back without a change, in milliseconds; absent: at the next resync. */
  readonly requeueAfterMs?: number;
  /** There is nothing of this key any more: it does not come back until it is added. */
  readonly isGone?: true;
}

export interface WorkersOptions {
  /** Of the stacks whose keys the queue has. */
  readonly kind: string;
  readonly queue: WorkQueue;
  /** One step for one key; level-based: it reads what is now, and remembers nothing. A rejection is retried. */
  readonly reconcile: (key: string, signal: AbortSignal) => Promise<Reconciled>;
  readonly concurrency: number;
  /** After this long a reconcile counts as failed, in milliseconds. */
  readonly deadlineMs: number;
  /** After this long a reconcile holds its worker no longer and goes on beside it, in milliseconds. */
  readonly slowMs?: number;
  /** How long after a success a key is reconciled again without a change, in milliseconds, give or take a tenth. */
  readonly resyncMs: number;
  /** Called as a part of the reconcile that ended. */
  readonly onEnd: (end: ReconcileEnd) => void;
  readonly signal: AbortSignal;
}

export interface ReconcileEnd {
  readonly key: string;
  readonly seconds: number;
  readonly error?: unknown;
}

/** Reconciles that go on beside the workers: with more, a slow one holds its worker until its deadline. */
const mostSlow = 32;

/** Works on the keys of a queue until the signal is aborted, and then until the last reconcile has ended. */
export async function runWorkers(options: WorkersOptions): Promise<void> {
  const late = new Set<Promise<void>>();
  await Promise.all(Array.from({ length: options.concurrency }, () => runWorker(options, late)));
  await Promise.all(late);
}

/** @param late the reconciles that have not ended, also those whose worker no longer waits for them. */
async function runWorker(options: WorkersOptions, late: Set<Promise<void>>): Promise<void> {
  const { kind, queue, concurrency, slowMs = 5_000, signal } = options;
  for (;;) {
    const key = await queue.take(signal).catch(() => undefined);
    if (key === undefined) return;
    const worked = asReconcile({ kind, stack: key }, () => work(options, key, late));
    const mayLeave = late.size < mostSlow + concurrency;
    await (mayLeave ? withTimeLimit(worked, slowMs).catch(() => undefined) : worked);
  }
}

async function work(
  { queue, reconcile, deadlineMs, resyncMs, onEnd, signal }: WorkersOptions,
  key: string,
  late: Set<Promise<void>>,
): Promise<void> {
  const begun = performance.now();
  const seconds = (): number => (performance.now() - begun) / 1_000;
  const cancelled = AbortSignal.any([AbortSignal.timeout(deadlineMs), signal]);
  const running = (async () => reconcile(key, cancelled))();
  // A reconcile frees its key only when it ends, also one that ignores its signal: no key is worked on twice at once.
  const ending = Promise.allSettled([running]).then(() => {
    queue.done(key);
    late.delete(ending);
  });
  late.add(ending);
  try {
    const tooLong = `The reconcile of ${key} did not end within ${deadlineMs / 1_000} s.`;
    const { requeueAfterMs = Infinity, isGone } = await withTimeLimit(running, deadlineMs, tooLong);
    queue.forget(key);
    if (!isGone) queue.addAfter(key, Math.min(requeueAfterMs, resyncMs * (0.9 + Math.random() / 5)));
    onEnd({ key, seconds: seconds() });
  } catch (error) {
    queue.retry(key);
    // What is given up because the process ends, or no longer leads, has not failed.
    if (!signal.aborted) onEnd({ key, seconds: seconds(), error });
  }
}
