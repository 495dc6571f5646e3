import { claimsToGrow } from './volume-claims.ts';
import { ClusterError, type Conflict } from '../kube/cluster-error.ts';
import type { Cluster } from '../kube/cluster.ts';
import { nameOf, type KubeObject } from '../kube/objects.ts';
import type { Planned } from './plan.ts';
import { applyObject, readObject } from '../kube/server-side-apply.ts';
import { takeOverFields } from './take-over.ts';
import type { Contested } from './contested.ts';
import { deletionPending, type StepResult } from './step.ts';

/** What was done to one object. */
export type Outcome = 'created' | 'changed' | 'grown' | 'unchanged';

export interface ExecuteOptions {
  /** Take the fields that other managers own, and remove what they added. */
  readonly forceConflicts?: boolean;
  /** Refuse to change an object that was written since it was read: an API error 409, and the plan is stale. */
  readonly unchangedSince?: boolean;
  /** Called with the object as the API server has it then. */
  readonly onApplied?: (object: KubeObject) => void;
  readonly signal?: AbortSignal | undefined;
}

/** Why a planned object cannot be applied, a line each; empty when it can. */
export function obstaclesOf(planned: Planned, forceConflicts: boolean): string[] {
  if (planned.refused.length > 0 || forceConflicts) return [...planned.refused];
  return planned.contested.map((contested) => `${nameOf(planned.object)}: ${contestedWords(contested)}`);
}

/** A sentence that names the field and its owner. */
function contestedWords({ field, manager, change, isRendered }: Contested): string {
  if (isRendered) return `${field} was set by "${manager}", and the stack sets it too.`;
  const verb = change.to === undefined ? 'added' : 'set';
  return `${change.path} (${JSON.stringify(change.from)}) was ${verb} by "${manager}"; the stack does not render it.`;
}

const conflictWords = (object: KubeObject, { field, manager }: Conflict): string =>
  `${nameOf(object)}: ${field} was set by "${manager}", and the stack sets it too.`;

/**
 * Applies one planned object. Idempotent, so that an interrupted run can be repeated; pending while a StatefulSet that
 * is recreated is still being deleted.
 * @throws ClusterError CLUSTER_CONFLICT when another manager took a field since the plan was made; ApiError when
 * refused.
 */
export async function execute(
  cluster: Cluster,
  planned: Planned,
  options: ExecuteOptions = {},
): Promise<StepResult<Outcome>> {
  const { forceConflicts = false, unchangedSince = false, signal } = options;
  const { object, live, grows } = planned;
  const isRemade = grows.length > 0;
  const version = live && !isRemade ? await takenOver(cluster, planned, live, options) : undefined;
  if (object.kind === 'StatefulSet') await growClaims(cluster, object, signal);
  if (isRemade && !(await isOrphaned(cluster, object, signal)))
    return deletionPending(
      `${nameOf(object)}, which is recreated around its running pods, is still being deleted`,
    );
  const applied = await applyObject(cluster, unchangedSince ? atVersion(object, version) : object, {
    force: forceConflicts,
    signal,
  });
  if ('conflicts' in applied) throw conflicted(object, applied.conflicts);
  options.onApplied?.(applied.object);
  return { done: outcomeOf(planned) };
}

const takenOver = (
  cluster: Cluster,
  { object, contested, scope }: Planned,
  live: KubeObject,
  { forceConflicts = false, signal }: ExecuteOptions,
): ReturnType<typeof takeOverFields> =>
  takeOverFields(
    cluster,
    live,
    {
      fieldManager: cluster.fieldManager,
      scope,
      force: forceConflicts && contested.length > 0,
      apiVersion: object.apiVersion,
    },
    signal,
  );

const conflicted = (object: KubeObject, conflicts: readonly Conflict[]): ClusterError =>
  new ClusterError(
    'CLUSTER_CONFLICT',
    conflicts.map((conflict) => conflictWords(object, conflict)).join('\n'),
    { reason: 'FieldConflict', object: nameOf(object), conflicts },
  );

const atVersion = (object: KubeObject, resourceVersion: string | undefined): KubeObject =>
  resourceVersion === undefined ? object : { ...object, metadata: { ...object.metadata, resourceVersion } };

/** The outcome of a planned object. */
export function outcomeOf({ live, grows, changes }: Planned): Outcome {
  if (!live) return 'created';
  if (grows.length > 0) return 'grown';
  return changes.length > 0 ? 'changed' : 'unchanged';
}

async function growClaims(cluster: Cluster, set: KubeObject, signal?: AbortSignal): Promise<void> {
  for (const { path, to } of await claimsToGrow(cluster, set, signal))
    await cluster.api.request('PATCH', path, {
      query: { fieldManager: cluster.fieldManager },
      contentType: 'application/merge-patch+json',
      body: { spec: { resources: { requests: { storage: to } } } },
      signal,
    });
}

/**
 * A StatefulSet's claim templates are immutable, so the set is deleted with its pods orphaned, and recreated: it adopts
 * them. A finalizer orphans them; the name is free only when it has.
 */
async function isOrphaned(cluster: Cluster, set: KubeObject, signal?: AbortSignal): Promise<boolean> {
  const live = await readObject(cluster, set, signal);
  if (!live) return true;
  if (live.metadata.deletionTimestamp === undefined)
    await cluster.api.request('DELETE', await cluster.discovery.pathOf(set), {
      query: { propagationPolicy: 'Orphan' },
      accept: [404],
      signal,
    });
  return (await readObject(cluster, set, signal)) === undefined;
}
