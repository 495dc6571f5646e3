import { CheckFailed } from '../../model/reach.ts';
import type { CheckResult } from '../../model/stack-kind.ts';
import type { Stack } from '../../model/stack.ts';
import { ClusterError, isClusterError } from '../../kube/cluster-error.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { checkStack, whatIsChecked, type CheckOptions } from '../../deploy/rollout/stack-check.ts';
import type { EarlyChecks } from './early-checks.ts';
import { pause } from './pause.ts';

/** Once everything is ready a check passes at once; a Service's endpoints may lag. */
const checkMs = 30_000;

export interface AwaitCheckOptions extends CheckOptions {
  readonly early?: EarlyChecks | undefined;
}

/**
 * Checks a stack until it passes.
 * @throws ClusterError ROLLOUT_FAILED with the last failure, when time is up or a retry cannot help.
 */
export async function awaitCheck(
  cluster: Cluster,
  stack: Stack,
  { check, early, signal }: AwaitCheckOptions = {},
): Promise<CheckResult> {
  const deadline = performance.now() + checkMs;
  for (;;) {
    try {
      return (await early?.result(signal)) ?? (await checkStack(cluster, stack, { check, signal }));
    } catch (error) {
      signal?.throwIfAborted();
      if (isClusterError(error, 'CLUSTER_DENIED')) throw error;
      const isFinal = error instanceof CheckFailed && error.final;
      if (isFinal || performance.now() > deadline) throw failure(whatIsChecked(check), error);
    }
    await pause(signal);
  }
}

function failure(what: string, cause: unknown): ClusterError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new ClusterError(
    'ROLLOUT_FAILED',
    `Everything is ready, but ${what} did not pass: ${why}`,
    { reason: 'CheckFailed' },
    { cause },
  );
}
