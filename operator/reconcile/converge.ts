import { anothersText } from '../../deploy/ownership.ts';
import { isInSync, planObject, type Planned } from '../../deploy/plan.ts';
import { isPaused, listObjects } from '../../deploy/stack-objects.ts';
import { isAppliedBy } from '../../deploy/take-over.ts';
import { ApiError, ClusterError, isClusterError } from '../../kube/cluster-error.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { isNewer, nameOf, type KubeObject } from '../../kube/objects.ts';
import { absentVersion, applyObject, readObject } from '../../kube/server-side-apply.ts';
import { managedBy } from '../../model/labels.ts';
import { shownAnswer } from '../../model/redact-object.ts';
import type { Context, StackContext } from './context.ts';
import type { Converged, ConvergeOptions } from './converged.ts';
import { fingerprintOf, projectObject, type Observed } from './observed.ts';
import { leftBy, leftToAnother, repair } from './repair.ts';
import { deletionOf } from './resource.ts';

/** Makes one live object what is rendered, by as few requests as can be: none is a write where nothing differs. */
export async function converge(
  context: StackContext,
  desired: KubeObject,
  options: ConvergeOptions,
  known: Observed | undefined,
): Promise<Converged> {
  const live = await liveOf(context, desired, options, known);
  if (live === undefined) return create(context, desired, options);
  // The watch may be late.
  if (isPaused(live)) return leftPaused(context, options.key);
  await assertOwner(context, desired, live);
  const { fieldManager } = context.cluster;
  if (isInSync(desired, live, { fieldManager, isScaled: options.isScaled })) return inSync(live, known);
  const verdict = verdictOn(desired, live, options);
  if (context.verdicts.has(options.key, verdict)) return inSync(live, known);
  const planned = await planObject(context.cluster, desired, options);
  if (!planned.live) return create(context, desired, options);
  if (!isAsPlanned(context, planned)) return repair(context, planned, options);
  context.verdicts.add(options.key, verdictOn(desired, planned.live, options));
  return inSync(planned.live, known);
}

/** What is paused is not looked at; people who pause it have dealt with what was contested. */
export function leftPaused({ drifts }: Context, key: string): Converged {
  drifts.pausedObject(key);
  return { drift: [], isLeft: true, problems: [] };
}

/**
 * A resource that is deleted may orphan its objects first, which another watch than its own may tell sooner. An owner that
 * is gone must not come back: the cluster would delete the object.
 */
async function assertOwner(
  { assertWanted }: StackContext,
  desired: KubeObject,
  live: KubeObject,
): Promise<void> {
  const owners = new Set(live.metadata.ownerReferences?.map(({ uid }) => uid));
  const isOwned = desired.metadata.ownerReferences?.every(({ uid }) => owners.has(uid)) ?? true;
  if (!isOwned) await assertWanted();
}

/** An object whose labels were changed is watched no more, and is ours all the same. */
async function liveOf(
  context: Context,
  desired: KubeObject,
  { wasThere, signal }: ConvergeOptions,
  known: Observed | undefined,
): Promise<KubeObject | undefined> {
  if (known === undefined && !wasThere) return undefined;
  const live = await readObject(context.cluster, desired, signal);
  return known || (live && anothersText(desired, live, context.cluster.fieldManager) === undefined)
    ? live
    : undefined;
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

/** What was read may be older than what the watch has told: then it is looked at again. */
const inSync = (live: KubeObject, known: Observed | undefined): Converged => ({
  ...{ observed: projectObject(live), drift: [], problems: [] },
  ...(known && !isNewer(known, live.metadata) ? {} : { requeueAfterMs: staleRetryMs }),
});

const staleRetryMs = 1_000;

/** An absent object. One that is there after all, though not with our labels, is planned first. */
async function create(
  context: StackContext,
  desired: KubeObject,
  options: ConvergeOptions,
): Promise<Converged> {
  const { wasThere, signal, key, now } = options;
  const drift = wasThere ? [deletionOf(desired, now())] : [];
  const left = wasThere ? leftBy(context, options, drift) : undefined;
  if (left) return { ...left, drift: options.drift === 'ignore' ? [] : drift, problems: [] };
  const made = await createdObject(context.cluster, desired, signal);
  if (!made) return adopt(context, desired, options);
  if (wasThere) context.drifts.repaired(key, drift);
  const observed = context.objects.remember(projectObject(made));
  return { observed, problems: [], drift };
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

/** An object that the cache does not know: ours, before its watch says so or without our labels, or another's. */
async function adopt(
  context: StackContext,
  desired: KubeObject,
  options: ConvergeOptions,
): Promise<Converged> {
  const planned = await planObject(context.cluster, desired, options);
  if (!planned.live) throw new ClusterError('CLUSTER_CONFLICT', `${nameOf(desired)} was deleted meanwhile.`);
  await assertOwner(context, desired, planned.live);
  return repair(context, planned, options);
}

/**
 * Those of some objects, all of one kind and not there yet, of whose name there is another's; in one request, so it looks only at
 * what no stack has. What another stack has is found when it is to be made.
 */
export async function anothersAmong(
  { cluster }: Context,
  wanted: readonly KubeObject[],
  signal: AbortSignal,
): Promise<(readonly [KubeObject, Converged])[]> {
  const [one] = wanted;
  if (!one) return [];
  const { namespace } = one.metadata;
  const others = await listObjects(cluster, [one.apiVersion, one.kind], {
    namespace,
    without: managedBy,
    signal,
  });
  const byName = new Map(others.map((other) => [other.metadata.name, other]));
  return wanted.flatMap((object) => {
    const live = byName.get(object.metadata.name);
    const why = live && anothersText(object, live, cluster.fieldManager);
    return why === undefined ? [] : [[object, leftToAnother(why)] as const];
  });
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
