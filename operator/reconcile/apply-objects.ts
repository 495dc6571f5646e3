import { scaledBy, targetIdOf, type IsAutoscaled } from '../../deploy/autoscalers.ts';
import { inBatches } from '../../deploy/in-batches.ts';
import { deleteObject } from '../../deploy/stack-objects.ts';
import { unlessStale } from '../../deploy/unless-stale.ts';
import { inWaves } from '../../deploy/waves.ts';
import { keyOfObject, type KubeObject } from '../../kube/objects.ts';
import type { Context } from './context.ts';
import { converge, problemOf, problemsOf } from './converge.ts';
import type { Converged, ConvergeOptions } from './converged.ts';
import type { Desired } from './desired.ts';
import type { DriftHistory } from './drift-history.ts';
import { isStill, type InSync } from './in-sync.ts';
import { objectKey, type Observed } from './observed.ts';
import type { StackResource } from './resource.ts';
import { driftText } from './status.ts';

/** One stack in one reconcile. */
export interface Pass {
  /** `<namespace>/<name>`. */
  readonly key: string;
  readonly resource: StackResource;
  readonly desired: Desired;
  readonly live: readonly Observed[];
  /** Every object was there once: an absent one was deleted by somebody else. */
  readonly wasApplied: boolean;
  /** What was found of it before. */
  readonly before: InSync | undefined;
  readonly signal: AbortSignal;
}

/** What became of the objects of a stack. */
export interface AppliedObjects {
  readonly results: ReadonlyMap<KubeObject, Converged>;
  /** Why what is no longer rendered cannot be deleted, a sentence each. */
  readonly problems: readonly string[];
}

/** Makes every object of a stack what is rendered, and deletes what it owns and no longer renders. */
export async function applyObjects(context: Context, pass: Pass): Promise<AppliedObjects> {
  const live = new Map(pass.live.map((one) => [objectKey(one), one]));
  const scaled = { ...pass, isScaled: scaledBy(pass.desired.objects, context.isForeignTarget) };
  const results = new Map<KubeObject, Converged>();
  for (const wave of inWaves(pass.desired.objects, ({ kind }) => kind))
    await inBatches(wave, async (object) => {
      results.set(object, await applyOne(context, scaled, object, live.get(keyOfObject(object))));
    });
  // An object serves until its replacement does.
  const isWhole = [...results.values()].every(({ problems, pending }) => problems.length === 0 && !pending);
  return { results, problems: isWhole ? await prune(context, pass) : [] };
}

/** With what is known of autoscalers once for all objects. */
interface ScaledPass extends Pass {
  readonly isScaled: IsAutoscaled;
}

async function applyOne(
  context: Context,
  pass: ScaledPass,
  object: KubeObject,
  known: Observed | undefined,
): Promise<Converged> {
  const isForeign = context.isForeignTarget(targetIdOf(object));
  if (known && pass.before && isStill(pass.before, known, isForeign))
    return { observed: known, drift: [], problems: [] };
  if (known?.isPaused) return { drift: [], isLeft: true, problems: [] };
  const options = optionsOf(pass, object, context.drifts);
  try {
    const converged = await unlessStale(() => converge(context, object, options, known));
    await recordDrift(context, pass.resource, { key: options.key, converged });
    return converged;
  } catch (error) {
    const problem = problemOf(error);
    if (problem === undefined) throw error;
    return { drift: [], problems: [problem] };
  }
}

function optionsOf(pass: ScaledPass, object: KubeObject, drifts: DriftHistory): ConvergeOptions {
  const { desired, before, wasApplied, isScaled, signal } = pass;
  const id = keyOfObject(object);
  const key = `${pass.key} ${id}`;
  return {
    key,
    isScaled: isScaled(object),
    drift: desired.reserved.drift,
    wasApplied,
    wasInSync: before?.fingerprints.has(id) === true,
    owners: new Map(drifts.leftOf(key)),
    now: () => new Date().toISOString(),
    signal,
  };
}

async function recordDrift(
  { record, onDrift, drifts }: Context,
  resource: StackResource,
  { key, converged }: { readonly key: string; readonly converged: Converged },
): Promise<void> {
  const { drift, isLeft } = converged;
  if (!isLeft) drifts.settled(key);
  else if (!drifts.isNews(key, drift.map(driftText).join('\n'))) return;
  for (const one of drift) {
    onDrift(one);
    await record(resource, {
      type: 'Warning',
      reason: isLeft ? 'DriftFound' : 'DriftHealed',
      message: `${driftText(one)} ${whatBecameOf(converged)}`,
    });
  }
}

function whatBecameOf({ isLeft, requeueAfterMs }: Converged): string {
  if (!isLeft) return 'It was put back.';
  return requeueAfterMs === undefined ? 'It is left so.' : 'It keeps being changed, and is put back later.';
}

async function prune(
  { cluster }: Context,
  { desired, live, resource, signal }: Pass,
): Promise<readonly string[]> {
  const wanted = new Set(desired.objects.map(keyOfObject));
  const leftovers = live.filter(
    (one) =>
      !wanted.has(objectKey(one)) && !one.isEnding && !one.isPaused && one.ownerUid === resource.metadata.uid,
  );
  const problems: string[] = [];
  for (const { apiVersion, kind, name, namespace, uid, resourceVersion } of leftovers) {
    const object = { apiVersion, kind, metadata: { name, namespace, uid, resourceVersion } };
    const deletion = () => deleteObject(cluster, object, { unchangedSince: true, signal });
    problems.push(...(await problemsOf(deletion)));
  }
  return problems;
}
