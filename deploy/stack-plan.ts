import type { Stack } from '../model/stack.ts';
import { ClusterError } from '../kube/cluster-error.ts';
import type { Cluster } from '../kube/cluster.ts';
import { podTemplateOf } from '../kube/kinds.ts';
import type { KubeObject } from '../kube/objects.ts';
import { obstaclesOf } from './execute.ts';
import { isSuperseded } from './jobs.ts';
import { planOf, type Planned } from './plan.ts';
import { namespaceState } from './preflight/preflight.ts';
import { assertNeverMade } from './lost-secret.ts';
import { completed, liveSecret, nextSecret, type SecretMaker } from './secret.ts';
import type { SecretReader } from './secret-readers.ts';
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
  readonly secretReaders: readonly SecretReader[];
}

/** What an apply will do. */
export interface StackPlan {
  readonly planned: readonly Planned[];
  /** Keys of the stack's own Secret that will be made. */
  readonly newSecretKeys: readonly string[];
  readonly secretExists: boolean;
  /** Objects the stack owns and no longer renders, but for `formerJobs`. */
  readonly leftovers: readonly KubeObject[];
  /** Jobs whose place one of another content takes: they end before it begins. */
  readonly formerJobs: readonly KubeObject[];
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
  // An immutable Secret that was being recreated is completed from what is staged.
  const known = live ?? (exists ? (await nextSecret(cluster, stack, signal))?.values : undefined) ?? {};
  const owned = exists ? await ownedObjects(cluster, stack, signal) : [];
  const isFormer = ({ kind, metadata: { name } }: KubeObject): boolean =>
    isSuperseded({ kind, name }, objects);
  const gone = leftovers(owned, objects);
  const claims = exists ? await ownedClaims(cluster, stack, signal) : [];
  return {
    planned: await planOf(cluster, objects, {
      absentNamespace: exists ? undefined : stack.namespace,
      signal,
    }),
    newSecretKeys: Object.keys(completed(stack, known, () => '')).filter((key) => !(key in known)),
    secretExists: live !== undefined,
    leftovers: gone.filter((one) => !isFormer(one)),
    formerJobs: gone.filter(isFormer),
    leftoverClaims: leftoverClaims(claims, stack),
  };
}

/**
 * Refuses to make keys of the stack's Secret that were there once.
 * @throws ClusterError PREFLIGHT_FAILED.
 */
export async function refuseLostSecret(
  cluster: Cluster,
  { stack, objects, secretReaders: readers }: StackSource,
  { planned, newSecretKeys: keys }: StackPlan,
  signal?: AbortSignal,
): Promise<void> {
  if (keys.length === 0) return;
  const workloads = planned.flatMap(({ live }) =>
    live && podTemplateOf(live) && !live.metadata.deletionTimestamp
      ? { apiVersion: live.apiVersion, kind: live.kind, name: live.metadata.name }
      : [],
  );
  await assertNeverMade(cluster, { stack, keys, readers, workloads, objects }, signal);
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
  if (planned.some(({ anothers }) => anothers !== undefined))
    throw new ClusterError(
      'CLUSTER_CONFLICT',
      `Objects of the names this stack needs are not its own; nothing was changed:\n${lines}`,
      { reason: 'NotOfThisStack' },
    );
  throw new ClusterError(
    'CLUSTER_CONFLICT',
    `Other managers changed what this stack owns; nothing was changed:\n${lines}`,
    { reason: 'FieldConflict', conflicts: planned.flatMap(({ contested }) => contested) },
  );
}
