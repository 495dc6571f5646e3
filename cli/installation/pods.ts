import { listObjects } from '../../deploy/stack-objects.ts';
import { deletionPending, type StepResult } from '../../deploy/step.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { nameOf, type KubeObject } from '../../kube/objects.ts';
import { operatorPodLabels } from '../../operator/manifests/names.ts';
import { note, progress } from '../output.ts';
import { runToEnd } from '../waiting/run-to-end.ts';

/** How long pods, resources and definitions may take to be gone. */
export const goneWithinMs = 60_000;

/** Whether no pod of the operator is left. */
export async function podsGone(
  cluster: Cluster,
  namespace: string,
  signal: AbortSignal,
): Promise<StepResult<true>> {
  const pods = await podsOf(cluster, namespace, signal);
  return pods.length === 0 ? { done: true } : deletionPending(stillEnding(pods));
}

/**
 * Waits until the operator's pods have ended, so that the one that leads can release its Lease. One that does not end in
 * time, as where its node is lost, is told of.
 */
export async function awaitPodsGone(cluster: Cluster, namespace: string, signal: AbortSignal): Promise<void> {
  const deadline = performance.now() + goneWithinMs;
  const left = await runToEnd(
    async () => {
      const pods = await podsOf(cluster, namespace, signal);
      const isOver = pods.length === 0 || performance.now() > deadline;
      return isOver ? { done: pods } : deletionPending(stillEnding(pods));
    },
    { signal, onWaiting: (line) => progress.show(line) },
  );
  if (left.length > 0)
    note(`After ${goneWithinMs / 1_000} seconds ${stillEnding(left)}; its rights are removed now.`);
}

const podsOf = (cluster: Cluster, namespace: string, signal: AbortSignal): Promise<KubeObject[]> =>
  listObjects(cluster, ['v1', 'Pod'], { namespace, labels: operatorPodLabels, signal });

const stillEnding = (pods: readonly KubeObject[]): string =>
  `${pods.map(nameOf).join(', ')} of the operator is still ending`;
