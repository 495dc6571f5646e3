import { stackHistoryName, stackSecretName } from '../model/environment.ts';
import { hasLabels, stackLabels } from '../model/labels.ts';
import type { Cluster } from '../kube/cluster.ts';
import type { Pod } from '../kube/kinds.ts';
import type { KubeObject } from '../kube/objects.ts';
import { deletionPending, type StepResult } from './step.ts';
import {
  deleteObject,
  listObjects,
  ownedClaims,
  ownedObjects,
  type DeleteOptions,
  type StackRef,
} from './stack-objects.ts';
import { readObject } from '../kube/server-side-apply.ts';
import { nextSecretName } from './secret.ts';

/** Everything of a stack in a cluster. */
export interface Remains {
  /** Deleted with the stack. */
  readonly objects: readonly KubeObject[];
  /** Volume claims, secrets and history: kept by default. */
  readonly data: readonly KubeObject[];
}

/** Lists what a stack has in the cluster. */
export async function remainsOf(cluster: Cluster, stack: StackRef, signal?: AbortSignal): Promise<Remains> {
  const place = (kind: string, name: string, apiVersion = 'v1'): KubeObject => ({
    apiVersion,
    kind,
    metadata: { name, namespace: stack.namespace },
  });
  const kept = await Promise.all(
    [
      place('Secret', stackSecretName(stack)),
      place('Secret', nextSecretName(stack)),
      place('ConfigMap', stackHistoryName(stack)),
    ].map(async (object) => (await readObject(cluster, object, signal)) ?? []),
  );
  const own = kept.flat().filter(({ metadata }) => hasLabels(metadata.labels, stackLabels(stack)));
  return {
    objects: await ownedObjects(cluster, stack, signal),
    data: [...(await ownedClaims(cluster, stack, signal)), ...own],
  };
}

/** Deletes these objects in order; one that is already gone is no error. */
export async function deleteObjects(
  cluster: Cluster,
  objects: readonly KubeObject[],
  {
    onRemoved,
    ...how
  }: Pick<DeleteOptions, 'unchangedSince' | 'signal'> & {
    readonly onRemoved?: (object: KubeObject) => void;
  } = {},
): Promise<void> {
  for (const object of objects) {
    await deleteObject(cluster, object, how);
    onRemoved?.(object);
  }
}

const endPhases = ['Succeeded', 'Failed'];

/** A pod of a Job stays when it has ended. Another one, or one that is deleted, is there until kubelet has let go of it. */
const staysEnded = ({ metadata, status: { phase = '' } }: Pod): boolean =>
  endPhases.includes(phase) &&
  metadata.deletionTimestamp === undefined &&
  metadata.ownerReferences?.some(({ kind }) => kind === 'Job') === true;

/** Whether the pods of a stack are gone, or of a Job and have ended. Pending while one is not. */
export async function podsEnded(
  cluster: Cluster,
  stack: StackRef,
  signal?: AbortSignal,
): Promise<StepResult<true>> {
  const all = (await listObjects(cluster, ['v1', 'Pod'], {
    namespace: stack.namespace,
    labels: stackLabels(stack),
    signal,
  })) as Pod[];
  const pods = all.filter((pod) => !staysEnded(pod));
  if (pods.length === 0) return { done: true };
  return deletionPending(`waiting for ${pods.map(({ metadata }) => metadata.name).join(', ')} to end`);
}
