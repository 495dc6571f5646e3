import type { Cluster } from '../kube/cluster.ts';
import type { KubeObject } from '../kube/objects.ts';
import { leftoverClaims, leftovers, ownedClaims, ownedObjects } from './stack-objects.ts';
import type { StackSource } from './stack-plan.ts';
import { deleteObjects } from './take-down.ts';

export interface PruneOptions {
  /** Also the volume claims of services the stack no longer runs. */
  readonly deleteData: boolean;
  readonly signal?: AbortSignal | undefined;
  readonly onRemoved?: (object: KubeObject) => void;
}

/** Deletes what a stack owns and no longer renders. The last step, so that an object serves until its replacement does. */
export async function prune(
  cluster: Cluster,
  { stack, objects }: Pick<StackSource, 'stack' | 'objects'>,
  { deleteData, ...options }: PruneOptions,
): Promise<void> {
  const { signal } = options;
  const going = [
    ...leftovers(await ownedObjects(cluster, stack, signal), objects),
    ...(deleteData ? leftoverClaims(await ownedClaims(cluster, stack, signal), stack) : []),
  ];
  await deleteObjects(cluster, going, options);
}
