import type { Stack } from '../../model/stack.ts';
import { isClusterError } from '../../kube/cluster-error.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { progressOf } from '../../deploy/rollout/causes.ts';
import { isRolledOut, replaceStuck, rolloutFailure, rolloutTimeout } from '../../deploy/rollout/rollout.ts';
import { stackCauses } from '../../deploy/rollout/stack-causes.ts';
import { workloadStates, type WorkloadState } from '../../deploy/rollout/workload-status.ts';
import { ChangeWatch } from './change-watch.ts';
import { gateWatch, type OnReady } from './gate-watch.ts';
import { pause } from './pause.ts';
import { Sightings } from './sightings.ts';

export interface RolloutOptions {
  /** In milliseconds. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: (line: string) => void;
  /** Called, more than once, with pods that report ready before Kubernetes has noticed. */
  readonly onReady?: OnReady;
}

/** On the monotonic clock, in milliseconds. */
type Limited = RolloutOptions & { readonly deadline: number };

/**
 * Waits until every workload of a stack runs its newest template, every pod of it ready, and every Job has completed.
 * @throws ClusterError ROLLOUT_FAILED, naming the cause, as soon as one will not resolve itself, or when time is up.
 */
export async function awaitRollout(cluster: Cluster, stack: Stack, options: RolloutOptions): Promise<void> {
  const { signal, timeoutMs } = options;
  const limited = { ...options, deadline: performance.now() + timeoutMs };
  await replaceStuck(cluster, await lookedAt(cluster, stack, limited), signal);
  const changes = new ChangeWatch(cluster, stack, signal);
  try {
    await untilDone(cluster, stack, limited, () => changes.next());
  } finally {
    changes.stop();
  }
}

async function untilDone(
  cluster: Cluster,
  stack: Stack,
  options: Limited,
  change: () => Promise<void>,
): Promise<void> {
  const { timeoutMs, deadline, signal, onProgress, onReady } = options;
  const seen = new Sightings();
  const closedGates = gateWatch(cluster, stack, { signal, onReady });
  for (;;) {
    const states = await lookedAt(cluster, stack, options);
    if (isRolledOut(stack, states)) return;
    onProgress?.(progressOf(states));
    const causes = [...stackCauses(stack, states), ...(await closedGates(states))];
    const settled = seen.settled(causes, performance.now());
    if (settled) throw await rolloutFailure(cluster, stack, settled);
    if (performance.now() > deadline) throw await rolloutTimeout(cluster, stack, states, timeoutMs);
    await change();
  }
}

/** Retries while the API server is away, as during an upgrade of its node. */
async function lookedAt(
  cluster: Cluster,
  stack: Stack,
  { signal, onProgress, deadline }: Limited,
): Promise<WorkloadState[]> {
  for (;;) {
    try {
      return await workloadStates(cluster, stack, signal);
    } catch (error) {
      const away = isClusterError(error, 'CLUSTER_AWAY');
      if (!away || performance.now() > deadline) throw error;
      onProgress?.('the API server does not answer; waiting for it');
      await pause(signal);
    }
  }
}
