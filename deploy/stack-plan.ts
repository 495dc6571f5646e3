import type { Stack } from '../model/stack.ts';
import { ClusterError } from '../kube/cluster-error.ts';
import type { Cluster } from '../kube/cluster.ts';
import type { KubeObject } from '../kube/objects.ts';
import { obstaclesOf } from './execute.ts';
import { planOf, type Planned } from './plan.ts';
import { namespaceState } from './preflight/preflight.ts';
import { completed, liveSecret, type SecretMaker } from './secret.ts';
import { leftoverClaims, leftovers, ownedClaims, ownedObjects } from './stack-objects.ts';

/** What is applied: a stack, the document it is from, and how its objects are rendered. */
export interface StackSource {
  readonly stack: Stack;
  readonly document: unknown;
  /** The version of Mooring that rendered it. */
  readonly mooring: string;
  /** Every object but the Secret, in the order in which they are to be applied. */
  readonly objects: readonly KubeObject[];
  readonly secret: SecretMaker;
}

/** What an apply will do. */
export interface StackPlan {
  readonly planned: readonly Planned[];
  /** Keys of the stack's own Secret that will be made. */
  readonly newSecretKeys: readonly string[];
  readonly secretExists: boolean;
  /** Objects the stack owns and no longer renders. */
  readonly leftovers: readonly KubeObject[];
  /** Volume claims of services it no longer runs. */
  readonly leftoverClaims: readonly KubeObject[];
}

/** What applying would do now; nothing is changed. Throws as `planOf` does. */
export async function planStack(
  cluster: Cluster,
  source: StackSource,
  signal?: AbortSignal,
): Promise<StackPlan> {
  const { stack, objects } = source;
  const exists = (await namespaceState(cluster, stack.namespace, signal)) === 'there';
  const live = exists ? await liveSecret(cluster, stack, signal) : undefined;
  const values = completed(stack, live ?? {}, () => '');
  const owned = exists ? await ownedObjects(cluster, stack, signal) : [];
  const claims = exists ? await ownedClaims(cluster, stack, signal) : [];
  return {
    planned: await planOf(cluster, objects, {
      absentNamespace: exists ? undefined : stack.namespace,
      signal,
    }),
    newSecretKeys: Object.keys(values).filter((key) => !(key in (live ?? {}))),
    secretExists: live !== undefined,
    leftovers: leftovers(owned, objects),
    leftoverClaims: leftoverClaims(claims, stack),
  };
}

/** @throws ClusterError CLUSTER_REFUSED or CLUSTER_CONFLICT with every obstacle. */
export function refuseObstacles({ planned }: Pick<StackPlan, 'planned'>, forceConflicts: boolean): void {
  const refused = planned.flatMap((one) => one.refused);
  const obstacles = planned.flatMap((one) => obstaclesOf(one, forceConflicts));
  if (obstacles.length === 0) return;
  const lines = obstacles.map((line) => `  - ${line}`).join('\n');
  if (refused.length > 0)
    throw new ClusterError(
      'CLUSTER_REFUSED',
      `The API server would refuse this; nothing was changed:\n${lines}`,
      { reason: 'Refused' },
    );
  throw new ClusterError(
    'CLUSTER_CONFLICT',
    `Other managers changed what this stack owns; nothing was changed:\n${lines}`,
    { reason: 'FieldConflict', conflicts: planned.flatMap(({ contested }) => contested) },
  );
}
