import { changesBetween, type FieldChange } from './changes.ts';
import { claimChanges, claimsToGrow, mayGrow, withLiveClaims, type Growth } from './volume-claims.ts';
import { ApiError, ClusterError, type Conflict } from '../kube/cluster-error.ts';
import type { Cluster } from '../kube/cluster.ts';
import { foreignFields, type ForeignField } from './unmanaged-additions.ts';
import { isRefusal, refusalOf } from './immutable.ts';
import { nameOf, type KubeObject } from '../kube/objects.ts';
import { applyObject, readObject, type Applied } from '../kube/server-side-apply.ts';
import { afterTakeOver, isToBeTakenOver } from './take-over.ts';

/** What applying one object will do, judged by the API server in a dry run. */
export interface Planned {
  readonly object: KubeObject;
  readonly live?: KubeObject;
  readonly changes: readonly FieldChange[];
  /** Claims of a StatefulSet that will grow; the set is made anew around its running pods. */
  readonly grows: readonly Growth[];
  readonly conflicts: readonly Conflict[];
  /** What others added where the list is ours. */
  readonly foreign: readonly ForeignField[];
  /** Why it cannot be, in words; empty when it can. */
  readonly refused: readonly string[];
  readonly warnings: readonly string[];
}

export interface PlanOptions {
  /** That is not there yet: nothing in it can be judged before it is, and nothing in it is asked for. */
  readonly absentNamespace?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Asks the API server, object by object and without changing anything, what applying them would do.
 * @throws ClusterError when it cannot be asked; NAMESPACE_ENDING when the namespace is going.
 */
export async function planOf(
  cluster: Cluster,
  objects: readonly KubeObject[],
  { absentNamespace, signal }: PlanOptions = {},
): Promise<Planned[]> {
  const planOne = (object: KubeObject): Promise<Planned> =>
    absentNamespace !== undefined && object.metadata.namespace === absentNamespace
      ? Promise.resolve(creationOf(object))
      : asked(cluster, object, signal);
  // A few at a time: enough to hide the way there and back, too few to trouble an API server.
  const plans: Planned[] = [];
  for (let start = 0; start < objects.length; start += atOnce)
    plans.push(...(await Promise.all(objects.slice(start, start + atOnce).map(planOne))));
  return plans;
}

const atOnce = 8;

const nothing = { changes: [], grows: [], conflicts: [], foreign: [], refused: [], warnings: [] } as const;

const creationOf = (object: KubeObject): Planned => ({
  ...nothing,
  object,
  changes: changesBetween(undefined, object),
});

async function asked(cluster: Cluster, object: KubeObject, signal?: AbortSignal): Promise<Planned> {
  const live = await readObject(cluster, object, signal);
  if (live?.metadata.deletionTimestamp && live.kind === 'Namespace')
    throw new ClusterError(
      'NAMESPACE_ENDING',
      `The namespace ${live.metadata.name} is being deleted, and nothing new can be made in it until it is gone. Wait for it (kubectl get namespaces --watch), then run again.`,
    );
  try {
    return live
      ? await planChange(cluster, object, live, signal)
      : await planCreation(cluster, object, signal);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return { ...nothing, object, ...(live ? { live } : {}), refused: [refusalOf(object, live, error)] };
  }
}

async function planCreation(cluster: Cluster, object: KubeObject, signal?: AbortSignal): Promise<Planned> {
  const planned = creationOf(object);
  try {
    const applied = await applyObject(cluster, object, { dryRun: true, signal });
    return { ...planned, warnings: 'warnings' in applied ? applied.warnings : [] };
  } catch (error) {
    // Its namespace is not there, which whoever may not look at namespaces learns only here.
    if (error instanceof ApiError && error.status === 404) return planned;
    throw error;
  }
}

async function planChange(
  cluster: Cluster,
  object: KubeObject,
  live: KubeObject,
  signal?: AbortSignal,
): Promise<Planned> {
  const { grows, refused } = claimChanges(live, object);
  const stuck = await ungrowable(cluster, object, signal);
  const judged = object.kind === 'StatefulSet' ? withLiveClaims(object, live) : object;
  const { applied, conflicts } = await dryRun(cluster, judged, signal);
  const next = isToBeTakenOver(live)
    ? await afterTakeOver(cluster, live, applied.object, signal)
    : applied.object;
  return {
    object,
    live,
    changes: [...changesBetween(live, next), ...grows.map(growthChange)],
    grows,
    conflicts: conflicts.filter(({ manager }) => !predecessor.test(manager)),
    foreign: foreignFields(object, next),
    refused: [...refused, ...stuck],
    warnings: applied.warnings,
  };
}

/** How the API server names what take-over.ts deals with in a conflict. */
const predecessor = /^kubectl-client-side-apply/;

const growthChange = ({ claim, from, to }: Growth): FieldChange => ({
  path: `spec.volumeClaimTemplates[${claim}].spec.resources.requests.storage`,
  from,
  to,
});

/** A dry run that shows the outcome even where others' fields would have to be taken. */
async function dryRun(
  cluster: Cluster,
  object: KubeObject,
  signal?: AbortSignal,
): Promise<{ applied: Extract<Applied, { object: KubeObject }>; conflicts: readonly Conflict[] }> {
  const first = await applyObject(cluster, object, { dryRun: true, signal });
  if ('object' in first) return { applied: first, conflicts: [] };
  const forced = await applyObject(cluster, object, { dryRun: true, force: true, signal });
  if ('object' in forced) return { applied: forced, conflicts: first.conflicts };
  throw new ClusterError('CLUSTER_CONFLICT', `${nameOf(object)} cannot be taken from its other managers.`);
}

/** Claims that are to grow, of a class that does not let them. */
async function ungrowable(cluster: Cluster, object: KubeObject, signal?: AbortSignal): Promise<string[]> {
  const claims = object.kind === 'StatefulSet' ? await claimsToGrow(cluster, object, signal) : [];
  const problems = await Promise.all(
    claims.map(async ({ name, from, to, storageClass }) => {
      if (storageClass === undefined || (await mayGrow(cluster, storageClass)) !== false) return [];
      return [
        `${nameOf(object)}: claim ${name} is ${from} and cannot grow to ${to}: its StorageClass "${storageClass}" does not allow it (allowVolumeExpansion).`,
      ];
    }),
  );
  return problems.flat();
}
