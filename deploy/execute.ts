import { claimsToGrow } from './volume-claims.ts';
import { ClusterError } from '../kube/cluster-error.ts';
import { fieldManager, type Cluster } from '../kube/cluster.ts';
import { nameOf, type KubeObject } from '../kube/objects.ts';
import { pause } from '../kube/poll.ts';
import type { Planned } from './plan.ts';
import { applyObject, type Conflict } from '../kube/server-side-apply.ts';
import { isToBeTakenOver, takeOver } from './take-over.ts';

/** What was done to one object. */
export type Outcome = 'created' | 'changed' | 'grown' | 'unchanged';

export interface ExecuteOptions {
  /** Take fields that other managers own, and take away what they added to our lists. */
  readonly forceConflicts?: boolean;
  readonly signal?: AbortSignal | undefined;
  readonly onApplied?: (object: KubeObject, outcome: Outcome) => void;
}

/** Why a plan cannot be carried out, in lines for a user; empty when it can. */
export function obstaclesOf(planned: Planned, forceConflicts: boolean): string[] {
  if (planned.refused.length > 0 || forceConflicts) return [...planned.refused];
  return [
    ...planned.conflicts.map((conflict) => conflictWords(planned.object, conflict)),
    ...planned.foreign.map(
      ({ path, value, manager }) =>
        `${nameOf(planned.object)}: ${path} (${JSON.stringify(value)}) was added by "${manager}"; the stack does not render it.`,
    ),
  ];
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
  const { object, live, grows, foreign } = planned;
  if (live && isToBeTakenOver(live)) await takeOver(cluster, live, signal);
  if (object.kind === 'StatefulSet') await growClaims(cluster, object, signal);
  if (grows.length > 0) await orphan(cluster, object, signal);
  const applied = await applyObject(cluster, object, { force: forceConflicts, signal });
  if ('conflicts' in applied)
    throw new ClusterError(
      'CLUSTER_CONFLICT',
      applied.conflicts.map((conflict) => conflictWords(object, conflict)).join('\n'),
    );
  if (forceConflicts) for (const { removal } of foreign) await patch(cluster, object, removal, signal);
  onApplied?.(object, outcomeOf(planned));
}

/** What carrying a plan out does to its object. */
export function outcomeOf({ live, grows, changes, foreign }: Planned): Outcome {
  if (!live) return 'created';
  if (grows.length > 0) return 'grown';
  return changes.length > 0 || foreign.length > 0 ? 'changed' : 'unchanged';
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

async function patch(
  cluster: Cluster,
  object: KubeObject,
  body: object,
  signal?: AbortSignal,
): Promise<void> {
  await cluster.api.request('PATCH', await cluster.discovery.pathOf(object), {
    query: { fieldManager },
    contentType: 'application/strategic-merge-patch+json',
    body,
    signal,
  });
}
