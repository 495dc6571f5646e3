import { claimsToGrow } from './volume-claims.ts';
import { ClusterError, type Conflict } from '../kube/cluster-error.ts';
import type { Cluster } from '../kube/cluster.ts';
import { nameOf, type KubeObject } from '../kube/objects.ts';
import { orphanStep } from './orphan.ts';
import type { Planned } from './plan.ts';
import { absentVersion, applyObject } from '../kube/server-side-apply.ts';
import { takeOverFields } from './take-over.ts';
import type { Contested } from './contested.ts';
import { deletionPending, type StepResult } from './step.ts';

/** What was done to one object. */
export type Outcome = 'created' | 'changed' | 'grown' | 'unchanged';

export interface ExecuteOptions {
  /** Take the fields that other managers own, and remove what they added. */
  readonly forceConflicts?: boolean;
  /** Refuse to change, delete or create an object that was written since it was read: an API error 409. */
  readonly unchangedSince?: boolean;
  /** Called with the object as the API server has it then. */
  readonly onApplied?: (object: KubeObject) => void;
  readonly signal?: AbortSignal | undefined;
}

/** Why a planned object cannot be applied, a line each; empty when it can. */
export function obstaclesOf(planned: Planned, forceConflicts: boolean): string[] {
  const { object, anothers, refused, contested } = planned;
  if (anothers !== undefined) return [anothers];
  if (refused.length > 0 || forceConflicts) return [...refused];
  return contested.map((one) => `${nameOf(object)}: ${contestedWords(one)}`);
}

/** A sentence that names the field and its owner. */
function contestedWords({ field, manager, change, isRendered }: Contested): string {
  if (isRendered) return `${field} was set by "${manager}", and the stack sets it too.`;
  const verb = change.to === undefined ? 'added' : 'set';
  return `${change.path} was ${verb} by "${manager}"; the stack does not render it.`;
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
  const { object, live, grows, contested, scope } = planned;
  const takeOver = {
    fieldManager: cluster.fieldManager,
    scope,
    force: forceConflicts && contested.length > 0,
    apiVersion: object.apiVersion,
  };
  const isRemade = grows.length > 0;
  const version = live && !isRemade ? await takeOverFields(cluster, live, takeOver, signal) : undefined;
  const how = { unchangedSince, signal };
  if (object.kind === 'StatefulSet') await growClaims(cluster, object, how);
  // Claim templates are immutable, so the set is deleted with its pods orphaned, and recreated: it adopts them.
  if (isRemade && !('done' in (await orphanStep(cluster, object, how))))
    return deletionPending(
      `${nameOf(object)}, which is recreated around its running pods, is still being deleted`,
    );
  const applied = await applyObject(cluster, object, {
    force: forceConflicts,
    resourceVersion: requiredVersion(version, how),
    signal,
  });
  if ('conflicts' in applied) throw conflicted(object, applied.conflicts);
  options.onApplied?.(applied.object);
  return { done: outcomeOf(planned) };
}

const conflicted = (object: KubeObject, conflicts: readonly Conflict[]): ClusterError =>
  new ClusterError(
    'CLUSTER_CONFLICT',
    conflicts.map((conflict) => conflictWords(object, conflict)).join('\n'),
    { reason: 'FieldConflict', object: nameOf(object), conflicts },
  );

/** The outcome of a planned object. */
export function outcomeOf({ live, grows, changes }: Planned): Outcome {
  if (!live) return 'created';
  if (grows.length > 0) return 'grown';
  return changes.length > 0 ? 'changed' : 'unchanged';
}

const requiredVersion = (version: string | undefined, { unchangedSince }: How): string | undefined =>
  unchangedSince ? (version ?? absentVersion) : undefined;

type How = Pick<ExecuteOptions, 'unchangedSince' | 'signal'>;

async function growClaims(cluster: Cluster, set: KubeObject, { unchangedSince, signal }: How): Promise<void> {
  for (const { path, to, resourceVersion } of await claimsToGrow(cluster, set, signal))
    await cluster.api.request('PATCH', path, {
      query: { fieldManager: cluster.fieldManager },
      contentType: 'application/merge-patch+json',
      body: {
        ...(unchangedSince ? { metadata: { resourceVersion } } : {}),
        spec: { resources: { requests: { storage: to } } },
      },
      signal,
    });
}
