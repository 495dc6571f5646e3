import { ClusterError } from '../../kube/cluster-error.ts';
import type { StepResult } from '../../deploy/step.ts';
import { pause } from './pause.ts';

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
