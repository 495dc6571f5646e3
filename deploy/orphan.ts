import type { Cluster } from '../kube/cluster.ts';
import { nameOf, type KubeObject } from '../kube/objects.ts';
import { readObject } from '../kube/server-side-apply.ts';
import { deleteObject, type DeleteOptions } from './stack-objects.ts';
import { deletionPending, type StepResult } from './step.ts';

/**
 * Deletes an object and leaves what it owns, as `kubectl delete --cascade=orphan` does. Pending until its name is free:
 * a finalizer takes the owner references away first. Throws as a request does.
 */
export async function orphanStep(
  cluster: Cluster,
  object: KubeObject,
  { unchangedSince, signal }: Omit<DeleteOptions, 'propagationPolicy'> = {},
): Promise<StepResult<true>> {
  const live = await readObject(cluster, object, signal);
  if (!live) return { done: true };
  if (live.metadata.deletionTimestamp === undefined)
    await deleteObject(cluster, live, { propagationPolicy: 'Orphan', unchangedSince, signal });
  if (!(await readObject(cluster, object, signal))) return { done: true };
  return deletionPending(`${nameOf(object)} is still being deleted`);
}
