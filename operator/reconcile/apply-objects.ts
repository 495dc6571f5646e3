import { takesNoNewKey } from '../../deploy/lost-secret.ts';
import type { SecretReader } from '../../deploy/secret-readers.ts';
import { scaledBy, targetIdOf, type IsAutoscaled } from '../../deploy/autoscalers.ts';
import { inBatches } from '../../deploy/in-batches.ts';
import { isSuperseded, jobEnded } from '../../deploy/jobs.ts';
import { deleteObject } from '../../deploy/stack-objects.ts';
import { variableNames } from '../../deploy/variable-names.ts';
import { unlessStale } from '../../deploy/unless-stale.ts';
import { inWaves } from '../../deploy/waves.ts';
import { podTemplateOf } from '../../kube/kinds.ts';
import { keyOfObject, nameOf, type KubeObject } from '../../kube/objects.ts';
import type { Context, StackContext } from './context.ts';
import { anothersAmong, converge, leftPaused, problemOf, problemsOf } from './converge.ts';
import type { Converged, ConvergeOptions } from './converged.ts';
import type { Desired } from './desired.ts';
import type { DriftHistory } from './drift-history.ts';
import { driftText, undoingText } from './drift-text.ts';
import { isStill, type InSync } from './in-sync.ts';
import type { Inventory } from './inventory.ts';
import { objectKey, type Observed } from './observed.ts';
import type { Drift, StackResource } from './resource.ts';

/** One stack in one reconcile. */
export interface Pass {
  /** `<namespace>/<name>`. */
  readonly key: string;
  readonly resource: StackResource;
  readonly desired: Desired;
  readonly live: readonly Observed[];
  /** Who reads the stack's own Secret. */
  readonly readers: readonly SecretReader[];
  readonly inventory: Inventory;
  /** The stack's own Secret, where it cannot be made what the stack needs. */
  readonly unmadeSecret?: KubeObject | undefined;
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
export async function applyObjects(context: StackContext, pass: Pass): Promise<AppliedObjects> {
  const live = new Map(pass.live.map((one) => [objectKey(one), one]));
  const { objects } = pass.desired;
  const isScaled = scaledBy(objects, context.isForeignTarget);
  const whole = { ...pass, isScaled, variables: variableNames(objects) };
  const results = new Map<KubeObject, Converged>();
  const apply = async (object: KubeObject): Promise<void> => {
    const known = live.get(keyOfObject(object));
    const waits =
      ending.get(object) ??
      waitingIn(results, object, !known && !pass.inventory.has(object)) ??
      (await waitingForSecret(context, pass, object));
    results.set(object, waits ?? (await applyOne(context, whole, object, known)));
  };
  const ending = await endFormerJobs(context, pass);
  for (const wave of inWaves(objects, ({ kind }) => kind)) {
    const started = wave.filter((one) => isStarted(one) && !live.has(keyOfObject(one)));
    for (const [object, found] of await othersFound(context, pass, started)) results.set(object, found);
    await inBatches(
      wave.filter((one) => !results.has(one)),
      apply,
    );
  }
  // An object serves until its replacement does.
  const isWhole = [...results.values()].every(({ problems, pending }) => problems.length === 0 && !pending);
  return { results, problems: isWhole ? await prune(context, pass) : [] };
}

/**
 * Ends the Jobs whose place one of another content takes.
 * @returns the Jobs that wait for that.
 */
async function endFormerJobs(
  { cluster }: Context,
  { desired: { objects }, live, resource, signal }: Pass,
): Promise<Map<KubeObject, Converged>> {
  const former = live.filter((one) => isSuperseded(one, objects) && isPrunable(one, resource));
  const waits = new Map<KubeObject, Converged>();
  for (const one of former) {
    const next = objects.find((object) => isSuperseded(one, [object]));
    const ended = await orProblem(() =>
      jobEnded(cluster, referenceOf(one), { unchangedSince: true, signal }),
    );
    if (!next || 'done' in ended) continue;
    if ('problems' in ended) waits.set(next, ended);
    else {
      const { pending, requeueAfterMs } = ended;
      waits.set(next, { ...waiting(`${nameOf(next)} waits: ${pending}.`), requeueAfterMs });
    }
  }
  return waits;
}

/** What of some objects that are not there yet is another's, before one of them is started. */
async function othersFound(
  context: Context,
  { inventory, signal }: Pass,
  objects: readonly KubeObject[],
): Promise<(readonly [KubeObject, Converged])[]> {
  const kinds = Map.groupBy(
    objects.filter((one) => !inventory.has(one)),
    ({ kind }) => kind,
  );
  const found = await Promise.all(
    [...kinds.values()].map(async (wanted) => {
      const others = await orProblem(() => anothersAmong(context, wanted, signal));
      return 'problems' in others ? wanted.map((one) => [one, others] as const) : others;
    }),
  );
  return found.flat();
}

const isStarted = (object: KubeObject): boolean => podTemplateOf(object) !== undefined;

/**
 * A new workload does not start beside an object that is another's, since a stack works as a whole or not at all. One that
 * was there waits only where its pods need that object, such as a ConfigMap: they must not start with it.
 */
function waitingIn(
  results: ReadonlyMap<KubeObject, Converged>,
  object: KubeObject,
  isNew: boolean,
): Converged | undefined {
  if (!isStarted(object)) return undefined;
  const others = [...results].filter(([, { isAnothers }]) => isAnothers === true).map(([one]) => one);
  const needed = new Set(neededBy(object));
  const awaited = others.find((one) => needed.has(keyOfObject(one)));
  if (awaited) return waiting(`${nameOf(object)} waits for ${nameOf(awaited)}, which its pods need.`);
  const [one] = others;
  return isNew && one
    ? waiting(`${nameOf(object)} is not started while ${nameOf(one)} is another's.`)
    : undefined;
}

/** Pods must not start with a key that the Secret has not, and never had. */
async function waitingForSecret(
  { cluster }: Context,
  { unmadeSecret, signal }: Pass,
  object: KubeObject,
): Promise<Converged | undefined> {
  if (!unmadeSecret || !isStarted(object)) return undefined;
  return (await takesNoNewKey(cluster, object, unmadeSecret.metadata.name, signal))
    ? undefined
    : waiting(`${nameOf(object)} waits for ${nameOf(unmadeSecret)}, which its pods need.`);
}

function neededBy(object: KubeObject): string[] {
  const {
    containers = [],
    initContainers = [],
    volumes = [],
    serviceAccountName,
  } = podTemplateOf(object)?.spec ?? {};
  const all = [...containers, ...initContainers];
  const configMaps = [
    ...all.flatMap(({ envFrom = [] }) => envFrom.map(({ configMapRef }) => configMapRef?.name)),
    ...all.flatMap(({ env = [] }) => env.map(({ valueFrom }) => valueFrom?.configMapKeyRef?.name)),
    ...volumes.map(({ configMap }) => configMap?.name),
  ];
  const named = (kind: string, name: string | undefined): string[] =>
    name === undefined ? [] : [keyOfObject({ kind, metadata: { name } })];
  return [
    ...configMaps.flatMap((name) => named('ConfigMap', name)),
    ...named('ServiceAccount', serviceAccountName),
  ];
}

const waiting = (pending: string): Converged => ({ drift: [], problems: [], isAwaiting: true, pending });

/** With what is known once for all objects. */
interface WholePass extends Pass {
  readonly isScaled: IsAutoscaled;
  readonly variables: ReadonlySet<string>;
}

async function applyOne(
  context: StackContext,
  pass: WholePass,
  object: KubeObject,
  known: Observed | undefined,
): Promise<Converged> {
  const isForeign = context.isForeignTarget(targetIdOf(object));
  if (known && pass.before && isStill(pass.before, known, isForeign))
    return { observed: known, drift: [], problems: [] };
  const options = optionsOf(pass, object, context.drifts);
  if (known?.isPaused) return leftPaused(context, options.key);
  return orProblem(async () => {
    const converged = await unlessStale(() => converge(context, object, options, known));
    await recordDrift(context, pass.resource, { key: options.key, converged });
    return converged;
  });
}

/** What becomes of an object; an error that is about it, and not about the API server, is a problem of it. */
async function orProblem<T>(work: () => Promise<T>): Promise<T | Converged> {
  try {
    return await work();
  } catch (error) {
    const problem = problemOf(error);
    if (problem === undefined) throw error;
    return { drift: [], problems: [problem] };
  }
}

function optionsOf(pass: WholePass, object: KubeObject, drifts: DriftHistory): ConvergeOptions {
  const { desired, before, inventory, isScaled, variables, signal } = pass;
  const id = keyOfObject(object);
  const key = `${pass.key} ${id}`;
  return {
    key,
    isScaled: isScaled(object),
    drift: desired.reserved.drift,
    wasThere: inventory.has(object),
    wasInSync: before?.fingerprints.has(id) === true,
    owners: new Map(drifts.leftOf(key)),
    rendered: desired.objects,
    variables,
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
      message: `${driftText(one)} ${whatBecameOf(one, converged)}`,
    });
  }
}

function whatBecameOf(drift: Drift, { isLeft, requeueAfterMs }: Converged): string {
  if (!isLeft) return `It was ${undoingText(drift)}.`;
  return requeueAfterMs === undefined
    ? 'It is left so.'
    : `This comes back again and again; it is ${undoingText(drift)} later.`;
}

async function prune(
  { cluster }: Context,
  { desired, live, resource, signal }: Pass,
): Promise<readonly string[]> {
  const wanted = new Set(desired.objects.map(keyOfObject));
  const leftovers = live.filter(
    (one) => !wanted.has(objectKey(one)) && !one.isEnding && isPrunable(one, resource),
  );
  const problems: string[] = [];
  for (const one of leftovers) {
    const deletion = () => deleteObject(cluster, referenceOf(one), { unchangedSince: true, signal });
    problems.push(...(await problemsOf(deletion)));
  }
  return problems;
}

const isPrunable = ({ isPaused, ownerUid }: Observed, { metadata }: StackResource): boolean =>
  !isPaused && ownerUid === metadata.uid;

const referenceOf = ({ apiVersion, kind, name, namespace, uid, resourceVersion }: Observed): KubeObject => ({
  ...{ apiVersion, kind },
  metadata: { name, namespace, uid, resourceVersion },
});
