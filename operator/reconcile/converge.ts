import { isInSync, planObject, type Planned } from '../../deploy/plan.ts';
import { isAppliedBy } from '../../deploy/take-over.ts';
import { ApiError, ClusterError, isClusterError, type Conflict } from '../../kube/cluster-error.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { nameOf, type KubeObject } from '../../kube/objects.ts';
import { absentVersion, applyObject, readObject } from '../../kube/server-side-apply.ts';
import { hasLabels } from '../../model/labels.ts';
import { shownAnswer } from '../../model/redact-object.ts';
import type { Context } from './context.ts';
import type { Converged, ConvergeOptions } from './converged.ts';
import { fingerprintOf, projectObject, type Observed } from './observed.ts';
import { leftBy, repair } from './repair.ts';
import { unknownManager, type Drift } from './resource.ts';

/** Makes one live object what is rendered, by as few requests as can be: none is a write where nothing differs. */
export async function converge(
  context: Context,
  desired: KubeObject,
  options: ConvergeOptions,
  known: Observed | undefined,
): Promise<Converged> {
  const live = await liveOf(context, desired, options, known);
  if (live === undefined) return create(context, desired, options);
  const { fieldManager } = context.cluster;
  if (isInSync(desired, live, { fieldManager, isScaled: options.isScaled })) return inSync(live);
  const verdict = verdictOn(desired, live, options);
  if (context.verdicts.has(options.key, verdict)) return inSync(live);
  const planned = await planObject(context.cluster, desired, options);
  if (!planned.live) return create(context, desired, options);
  if (!isAsPlanned(context, planned)) return repair(context, planned, options);
  context.verdicts.add(options.key, verdictOn(desired, planned.live, options));
  return inSync(planned.live);
}

/** An object whose labels were changed is watched no more, and is ours all the same. */
async function liveOf(
  context: Context,
  desired: KubeObject,
  { wasApplied, signal }: ConvergeOptions,
  known: Observed | undefined,
): Promise<KubeObject | undefined> {
  if (known === undefined && !wasApplied) return undefined;
  const live = await readObject(context.cluster, desired, signal);
  return known || (live && isOurs(context, desired, live)) ? live : undefined;
}

/**
 * Whether an apply would change nothing, though live and rendered fields differ: admission makes the live ones of the
 * rendered ones, or the API server writes a value in another form.
 */
const isAsPlanned = ({ cluster }: Context, { live, changes, grows, refused }: Planned): boolean =>
  [...changes, ...grows, ...refused].length === 0 &&
  live !== undefined &&
  isApplied(live, cluster.fieldManager);

const isApplied = ({ metadata }: KubeObject, fieldManager: string): boolean =>
  (metadata.managedFields ?? []).some(isAppliedBy(fieldManager));

/** What a dry run was about. */
const verdictOn = (desired: KubeObject, live: KubeObject, { isScaled }: ConvergeOptions): string =>
  [fingerprintOf(desired), fingerprintOf(live), isScaled].join();

const inSync = (live: KubeObject): Converged => ({ observed: projectObject(live), drift: [], problems: [] });

/** An absent object. One that is there after all, though not with our labels, is planned first. */
async function create(context: Context, desired: KubeObject, options: ConvergeOptions): Promise<Converged> {
  const { wasApplied, signal, key, now } = options;
  const left = wasApplied ? leftBy(context, options) : undefined;
  if (left) {
    const drift = options.drift === 'ignore' ? [] : [deletion(desired, now())];
    return { ...left, drift, problems: [] };
  }
  const made = await createdObject(context.cluster, desired, signal);
  if (!made) return adopt(context, desired, options);
  if (wasApplied) context.drifts.repaired(key);
  const observed = context.objects.remember(projectObject(made));
  return { observed, problems: [], drift: wasApplied ? [deletion(desired, now())] : [] };
}

/** The object that was created; `undefined` where there is one already, which is left as it is. */
async function createdObject(
  cluster: Cluster,
  desired: KubeObject,
  signal: AbortSignal,
): Promise<KubeObject | undefined> {
  try {
    const applied = await applyObject(cluster, desired, { resourceVersion: absentVersion, signal });
    return 'object' in applied ? applied.object : undefined;
  } catch (error) {
    if (error instanceof ApiError && error.status === 409) return undefined;
    throw error;
  }
}

/** An object that the cache does not know: ours, before its watch says so, or without our labels. */
async function adopt(context: Context, desired: KubeObject, options: ConvergeOptions): Promise<Converged> {
  const planned = await planObject(context.cluster, desired, options);
  const { live } = planned;
  if (!live) throw new ClusterError('CLUSTER_CONFLICT', `${nameOf(desired)} was deleted meanwhile.`);
  if (isOurs(context, desired, live)) return repair(context, planned, options);
  const { resourceVersion } = live.metadata;
  const applied = await applyObject(context.cluster, desired, { resourceVersion, signal: options.signal });
  if ('conflicts' in applied) return { drift: [], problems: [notOurs(desired, applied.conflicts)] };
  const observed = context.objects.remember(projectObject(applied.object));
  return { observed, drift: [], problems: [] };
}

const deletion = (desired: KubeObject, time: string): Drift => ({
  object: nameOf(desired),
  field: '',
  from: 'the object',
  to: 'deleted',
  manager: unknownManager,
  time,
});

/** Labels are the mark of a stack's own object; where somebody changed them, that we have applied it. */
const isOurs = ({ cluster }: Context, desired: KubeObject, live: KubeObject): boolean =>
  hasLabels(live.metadata.labels, desired.metadata.labels ?? {}) || isApplied(live, cluster.fieldManager);

function notOurs(desired: KubeObject, conflicts: readonly Conflict[]): string {
  const managers = [...new Set(conflicts.map(({ manager }) => manager))].join(', ');
  return `${nameOf(desired)} is there and is no object of this stack (${managers} wrote it); rename the stack, or delete the object.`;
}

/** What keeps some work from being done, a sentence each; a conflict and what is no such sentence are thrown. */
export async function problemsOf(work: () => Promise<void>): Promise<readonly string[]> {
  try {
    await work();
    return [];
  } catch (error) {
    const problem = isClusterError(error, 'CLUSTER_CONFLICT') ? undefined : problemOf(error);
    if (problem === undefined) throw error;
    return [problem];
  }
}

/** The sentence of an error that is about one object, not about the API server; without secrets. */
export function problemOf(error: unknown): string | undefined {
  if (!(error instanceof ClusterError)) return undefined;
  return ['CLUSTER_REFUSED', 'CLUSTER_CONFLICT', 'CLUSTER_DENIED', 'PREFLIGHT_FAILED'].includes(error.code)
    ? shownAnswer(error.message)
    : undefined;
}
