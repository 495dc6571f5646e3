import { claimsToGrow } from './volume-claims.ts';
import { ClusterError } from '../kube/cluster-error.ts';
import { fieldManager, type Cluster } from '../kube/cluster.ts';
import { nameOf, type KubeObject } from '../kube/objects.ts';
import { pause } from '../kube/poll.ts';
import type { Planned } from './plan.ts';
import { applyObject, type Conflict } from '../kube/server-side-apply.ts';
import { takeOverFields } from './take-over.ts';
import type { Contested } from './contested.ts';

/** What was done to one object. */
export type Outcome = 'created' | 'changed' | 'grown' | 'unchanged';

export interface ExecuteOptions {
  /** Take the fields that other managers own, and take away what they added. */
  readonly forceConflicts?: boolean;
  readonly signal?: AbortSignal | undefined;
  readonly onApplied?: (object: KubeObject, outcome: Outcome) => void;
}

/** Why a plan cannot be carried out, in lines for a user; empty when it can. */
export function obstaclesOf(planned: Planned, forceConflicts: boolean): string[] {
  if (planned.refused.length > 0 || forceConflicts) return [...planned.refused];
  return planned.contested.map((contested) => `${nameOf(planned.object)}: ${contestedWords(contested)}`);
}

/** Whose field it is, and what of it is not the stack's. */
function contestedWords({ field, manager, change, isRendered }: Contested): string {
  if (isRendered) return `${field} was set by "${manager}", and the stack sets it too.`;
  const verb = change.to === undefined ? 'added' : 'set';
  return `${change.path} (${JSON.stringify(change.from)}) was ${verb} by "${manager}"; the stack does not render it.`;
}

const conflictWords = (object: KubeObject, { field, manager }: Conflict): string =>
  `${nameOf(object)}: ${field} was set by "${manager}", and the stack sets it too.`;

/**
 * Applies one planned object. Each step looks at what is there, so that one which was cut off is done again to the
 * same end.
 * @throws ClusterError CLUSTER_CONFLICT when another manager got in since the plan was made; ApiError when refused.
 */
export async function execute(
  cluster: Cluster,
  planned: Planned,
  { forceConflicts = false, signal, onApplied }: ExecuteOptions = {},
): Promise<void> {
  const { object, live, grows, contested, scope } = planned;
  const { apiVersion } = object;
  const force = forceConflicts && contested.length > 0;
  if (live) await takeOverFields(cluster, live, { scope, force, apiVersion }, signal);
  if (object.kind === 'StatefulSet') await growClaims(cluster, object, signal);
  if (grows.length > 0) await orphan(cluster, object, signal);
  const applied = await applyObject(cluster, object, { force: forceConflicts, signal });
  if ('conflicts' in applied)
    throw new ClusterError(
      'CLUSTER_CONFLICT',
      applied.conflicts.map((conflict) => conflictWords(object, conflict)).join('\n'),
    );
  onApplied?.(object, outcomeOf(planned));
}

/** What carrying a plan out does to its object. */
export function outcomeOf({ live, grows, changes }: Planned): Outcome {
  if (!live) return 'created';
  if (grows.length > 0) return 'grown';
  return changes.length > 0 ? 'changed' : 'unchanged';
}

async function growClaims(cluster: Cluster, set: KubeObject, signal?: AbortSignal): Promise<void> {
  for (const { path, to } of await claimsToGrow(cluster, set, signal))
    await cluster.api.request('PATCH', path, {
      query: { fieldManager },
      contentType: 'application/merge-patch+json',
      body: { spec: { resources: { requests: { storage: to } } } },
      signal,
    });
}

/** A StatefulSet's claims are fixed, so the set itself goes and comes back; its pods run on and are adopted. */
async function orphan({ api, discovery }: Cluster, set: KubeObject, signal?: AbortSignal): Promise<void> {
  await api.request('DELETE', await discovery.pathOf(set), {
    query: { propagationPolicy: 'Orphan' },
    accept: [404],
    signal,
  });
  await gone({ api, discovery }, set, signal);
}

/** Orphaning is a finalizer's work: the name is free only when it is done. */
async function gone({ api, discovery }: Cluster, object: KubeObject, signal?: AbortSignal): Promise<void> {
  const path = await discovery.pathOf(object);
  const deadline = performance.now() + goneWithinMs;
  while (performance.now() < deadline) {
    signal?.throwIfAborted();
    if ((await api.request('GET', path, { accept: [404], signal })).status === 404) return;
    await pause(signal);
  }
  throw new ClusterError(
    'CLUSTER_AWAY',
    `${nameOf(object)} was to be made anew around its running pods, but after ${goneWithinMs / 1_000} seconds it is still there. Is the controller manager running? Run again to go on.`,
  );
}

const goneWithinMs = 60_000;
