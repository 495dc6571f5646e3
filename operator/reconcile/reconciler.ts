import { outdatedText } from '../../deploy/secret-readers.ts';
import { targetIdOf } from '../../deploy/autoscalers.ts';
import { listObjects, stackSecretOf } from '../../deploy/stack-objects.ts';
import { StackError } from '../../model/define-stack.ts';
import { stemOf } from '../../model/jobs.ts';
import { workloadName } from '../../model/names.ts';
import type { StackKind } from '../../model/stack-kind.ts';
import { ClusterError, isClusterError } from '../../kube/cluster-error.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { isNewer, keyOfObject, type KubeObject } from '../../kube/objects.ts';
import type { PodProber } from '../gates/pod-prober.ts';
import type { PodView } from '../gates/pod-view.ts';
import type { Cache } from '../runtime/cache.ts';
import { fenced } from '../runtime/fenced.ts';
import type { Reconciled } from '../runtime/workers.ts';
import { isRotationDue, isUnderWay } from '../rotation/token.ts';
import { rotate } from '../rotation/rotation.ts';
import { applyObjects, type Pass } from './apply-objects.ts';
import type { Context, StackContext } from './context.ts';
import { problemOf } from './converge.ts';
import type { Converged } from './converged.ts';
import { desiredOf, type Desired } from './desired.ts';
import { InSyncStacks, type Shape } from './in-sync.ts';
import { inventoryAfter, inventoryOf, type Inventory } from './inventory.ts';
import { mergePatch } from './merge-patch.ts';
import { asTarget, isOfResource, objectKey, type Observed } from './observed.ts';
import { deletionOf, projectResource, type StackResource } from './resource.ts';
import { lookEveryMs, SecretLooks } from './secret-looks.ts';
import { ensureOwnSecret } from './secret.ts';
import { shapeOf } from './shape.ts';
import { stuckOf } from './stuck.ts';
import { suspendedOutcome } from './suspended.ts';
import { StuckPods } from './stuck-pods.ts';
import { isSameStatus, nothingFound, statusOf, wasApplied, type Outcome } from './status.ts';

export interface ReconcilerOptions {
  readonly kind: StackKind;
  readonly context: Context;
  readonly resources: Cache<StackResource>;
  /** What is known of the dependencies of a stack's pods, from their own reports. */
  readonly dependenciesOf: PodProber['dependenciesOf'];
  /** After so long a stack is compared anew with the API server itself, in milliseconds. */
  readonly resyncMs: number;
}

/** The API server refused an object for a reason that may go away, such as a quota. */
const problemRetryMs = 10_000;

/** A watch is behind by less than this. */
const staleRetryMs = 200;

/** Makes the objects of each stack of a kind what its document says, and reports how it is. */
export class Reconciler {
  readonly #options: ReconcilerOptions;
  readonly #inSync: InSyncStacks;
  readonly #stuckPods = new StuckPods();
  readonly #secretLooks = new SecretLooks();
  /** By stack, what a status that could not be written would have told, and no later look finds again. */
  readonly #untold = new Map<string, Untold>();

  constructor(options: ReconcilerOptions) {
    this.#options = options;
    this.#inSync = new InSyncStacks(options.resyncMs);
  }

  /**
   * One step for one stack. Level-based: it compares what is now with what the document says.
   * @param key `<namespace>/<name>`.
   */
  async reconcile(key: string, signal: AbortSignal): Promise<Reconciled> {
    const resource = this.#options.resources.get(key);
    if (!resource) return this.#forget(key);
    // Its objects have it as their owner: the cluster deletes them.
    if (resource.metadata.deletionTimestamp !== undefined) return {};
    try {
      return await this.#step(key, resource, signal);
    } catch (error) {
      // It is deleted with everything in it, the document too; or the document alone is, and no write is sent any more.
      if (isClusterError(error, 'NAMESPACE_ENDING') || !this.#isWanted(key, resource)) return {};
      if (!(error instanceof StackError)) throw error;
      const seen = this.#seen(key, resource);
      return againAfter([await this.#report(resource, { ...seen, refused: error.message }, signal), seen]);
    }
  }

  async #step(key: string, resource: StackResource, signal: AbortSignal): Promise<Reconciled> {
    const { context, kind } = this.#options;
    const found = isRotationDue(resource)
      ? undefined
      : this.#inSync.stillOf(key, resource, {
          live: context.objects.ofStack(key),
          isScaled: (one) => context.isForeignTarget(targetIdOf(asTarget(one))),
        });
    if (found && (await this.#hasSecret(key, found.shape, signal)))
      return this.#settle(key, resource, { ...this.#seen(key, resource), ...found.shape }, signal);
    return this.#apply(key, resource, desiredOf(kind, resource, context.render), signal);
  }

  /** Of a stack that is as its document says: what keeps it from coming up is reported, and mended where it can be. */
  async #settle(
    key: string,
    resource: StackResource,
    outcome: Seen & Pick<Shape, 'secretKeys' | 'readers'>,
    signal: AbortSignal,
  ): Promise<Reconciled> {
    const { context } = this.#options;
    const before = this.#inSync.of(key, resource);
    const replaced = await this.#stuckPods.replace(context, { key, resource, before, signal });
    const problems = [...outcome.problems, ...replaced.problems];
    const { rotation = resource.status?.rotation, secretKeys } = outcome;
    // A rotation restarts them by itself.
    const isRotating = rotation !== undefined && isUnderWay(rotation);
    const outdated = isRotating ? [] : await this.#outdated(key, resource, outcome);
    const reported = await this.#report(resource, { ...outcome, problems, outdated }, signal);
    const nextLook = secretKeys.length > 0 ? { requeueAfterMs: lookEveryMs } : {};
    return againAfter([reported, outcome, replaced, nextLook]);
  }

  async #hasSecret(key: string, { secretKeys: keys }: Shape, signal: AbortSignal): Promise<boolean> {
    const { cluster, podsOf } = this.#options.context;
    const isMissed = podsOf(key).some(({ causes }) =>
      causes.some(({ reason }) => reason === 'CreateContainerConfigError'),
    );
    if (keys.length === 0) return true;
    try {
      return await this.#secretLooks.hasKeys(cluster, key, { keys, isMissed }, signal);
    } catch (error) {
      // Applied anew, the stack says in a condition why its Secret cannot be read.
      if (problemOf(error) === undefined) throw error;
      return false;
    }
  }

  /** What runs with other values than the stack's Secret has, since people changed it; a sentence, told once as an Event. */
  async #outdated(
    key: string,
    resource: StackResource,
    { readers }: Pick<Shape, 'readers'>,
  ): Promise<readonly string[]> {
    const { drifts, podsOf, record } = this.#options.context;
    const outdated = this.#secretLooks.outdated(key, readers, podsOf(key));
    const told = `${key} Secret values`;
    if (outdated.length === 0) {
      drifts.settled(told);
      return [];
    }
    const message = outdatedText(resource.metadata, readers, outdated);
    if (drifts.isNews(told, message))
      await record(resource, { type: 'Warning', reason: 'SecretChanged', message });
    return [message];
  }

  /**
   * A resource that is being deleted may orphan what it owns. What were written after that would have an owner that is
   * gone, and be deleted by the cluster, so no write is sent any more.
   */
  #whileWanted(key: string, resource: StackResource, signal: AbortSignal): StackContext {
    const { context } = this.#options;
    const assertKnown = (): void => {
      if (!this.#isWanted(key, resource)) throw deletionPending(key);
    };
    let asked: Promise<void> | undefined;
    const assertWanted = (): Promise<void> => (asked ??= assertThere(context.cluster, resource, signal));
    return { ...context, cluster: fenced(context.cluster, assertKnown), assertWanted };
  }

  #isWanted(key: string, { metadata }: StackResource): boolean {
    const now = this.#options.resources.get(key)?.metadata;
    return now?.uid === metadata.uid && now.deletionTimestamp === undefined;
  }

  #forget(key: string): Reconciled {
    this.#inSync.delete(key);
    this.#stuckPods.forget(key);
    this.#secretLooks.forget(key);
    this.#untold.delete(key);
    const { drifts, verdicts } = this.#options.context;
    for (const known of [drifts, verdicts]) known.forget(`${key} `);
    return { isGone: true };
  }

  async #apply(
    key: string,
    resource: StackResource,
    desired: Desired,
    signal: AbortSignal,
  ): Promise<Reconciled> {
    const { kind } = this.#options;
    const context = this.#whileWanted(key, resource, signal);
    const shape = shapeOf(kind, desired);
    // Who changes the document has seen what is contested.
    const { metadata, status } = resource;
    if (status?.observedGeneration !== metadata.generation) context.drifts.acknowledged(`${key} `);
    if (desired.reserved.paused) {
      const suspended = await suspendedOutcome(context, { resource, desired, signal });
      const seen = this.#seen(key, resource);
      const reported = await this.#report(resource, { ...seen, ...shape, ...suspended }, signal);
      return againAfter([reported, seen, againFor(suspended)]);
    }
    const [live, before] = [context.objects.ofStack(key), this.#inSync.of(key, resource)];
    const { readers } = shape;
    const inventory = this.#inventory(key, resource);
    const pass = { key, resource, desired, live, readers, before, inventory, signal };
    const secret = await this.#secret(context, pass);
    if (secret.isBlocking) {
      // A document that was changed meanwhile is applied once the rotation is done.
      const pending =
        wasApplied(resource) || secret.outcome.problems ? [] : ['The rotation has to end first.'];
      const seen = this.#seen(key, resource);
      const reported = await this.#report(
        resource,
        { ...seen, ...shape, ...secret.outcome, pending },
        signal,
      );
      return againAfter([reported, secret, seen]);
    }
    // Of before: one that changes meanwhile is another one at the next look.
    const scaled = this.#foreignScaled(desired.objects);
    const { results, problems: unpruned } = await applyObjects(context, {
      ...pass,
      unmadeSecret: secret.unmade,
    });
    const problems = [...(secret.outcome.problems ?? []), ...unpruned];
    const { uid, generation = 0 } = resource.metadata;
    const fingerprints = fingerprintsOf(results);
    const isComplete = fingerprints.size === results.size && problems.length === 0;
    this.#inSync.set(key, { uid, generation, fingerprints, scaled, isComplete, shape });
    const found = this.#found(key, results, problems);
    const { rotation, left = [] } = secret.outcome;
    const withSecret = { drift: [...left, ...found.drift], left: [...left, ...found.left] };
    const outcome = {
      ...{ ...this.#seen(key, resource), ...found, ...withSecret, ...shape },
      inventory: inventoryAfter(inventory, results),
    };
    const settled = await this.#settle(
      key,
      resource,
      { ...outcome, ...(rotation ? { rotation } : {}) },
      signal,
    );
    const all = [...results.values(), { problems }];
    return againAfter([settled, secret, ...all.map(againFor)]);
  }

  /** The stack's own Secret: made, or rotated by one step. */
  async #secret(context: Context, pass: Pass): Promise<SecretStep> {
    const { kind } = this.#options;
    const { key, resource, live } = pass;
    const told = `${key} Secret`;
    try {
      if (isRotationDue(resource)) {
        const rotation = await rotate(context, { ...pass, rotators: kind.rotate ?? {} });
        context.drifts.settled(told);
        return { ...rotation, outcome: { rotation: rotation.status } };
      }
      this.#secretLooks.saw(key, await ensureOwnSecret(context.cluster, pass));
      context.drifts.settled(told);
      return { isBlocking: false, outcome: {} };
    } catch (error) {
      const problem = problemOf(error);
      if (problem === undefined) throw error;
      const { reason } = (error as ClusterError).facts;
      const isLost = reason === 'SecretLost' || reason === 'SecretKeyLost';
      if (isLost && context.drifts.isNews(told, problem)) {
        const [what = ''] = problem.split('\n');
        await context.record(resource, {
          ...{ type: 'Warning', reason },
          message: `${what} The condition Degraded has the command that restores it.`,
        });
      }
      // Pods that a rotation by another command has ended must not come back before it has. Without its Secret no pod of
      // a new stack starts, and that its workloads take their environment from one has to mean that there was one.
      const isNew = !live.some(
        (one) => one.rollout !== undefined && isOfResource(one, resource.metadata.uid),
      );
      const isBlocking = reason === 'RotationUnfinished' || isNew;
      const unmade = stackSecretOf(pass.desired.stack);
      const left = reason === 'SecretLost' ? [deletionOf(unmade)] : [];
      return { isBlocking, unmade, outcome: { problems: [problem], left }, requeueAfterMs: problemRetryMs };
    }
  }

  #inventory(key: string, { status }: StackResource): Inventory {
    return inventoryOf(this.#untold.get(key)?.inventory ?? status?.inventory);
  }

  /** What became of the objects. @param problems besides theirs. */
  #found(
    key: string,
    results: ReadonlyMap<KubeObject, Converged>,
    problems: readonly string[],
  ): Pick<Outcome, 'problems' | 'pending' | 'drift' | 'left' | 'pausedObjects'> {
    const { objects } = this.#options.context;
    const all = [...results.values()];
    const paused = objects.ofStack(key).filter(({ isPaused }) => isPaused);
    return {
      problems: [...problems, ...all.flatMap((one) => one.problems)],
      pending: all.flatMap(({ pending }) => pending ?? []),
      drift: all.flatMap(({ drift }) => drift),
      left: all.flatMap(({ drift, isLeft }) => (isLeft ? drift : [])),
      pausedObjects: paused.map(({ kind, name }) => `${kind} ${name}`).sort(),
    };
  }

  /** The keys of those that an autoscaler of another owner scales. */
  #foreignScaled(objects: readonly KubeObject[]): ReadonlySet<string> {
    const { isForeignTarget } = this.#options.context;
    return new Set(objects.filter((one) => isForeignTarget(targetIdOf(one))).map(keyOfObject));
  }

  #seen(key: string, { metadata }: StackResource): Seen {
    const { context, dependenciesOf, kind } = this.#options;
    const [namespace = '', name = ''] = key.split('/');
    // Sorted, so that the same state gives the same words.
    const workloads = context.objects
      .ofStack(key)
      .filter((one) => one.rollout !== undefined && isOfResource(one, metadata.uid))
      .sort((a, b) => (objectKey(a) < objectKey(b) ? -1 : 1));
    const contested = this.#contested(`${key} `);
    const own = new Set(workloads.map((one) => (one.kind === 'Job' ? stemOf(one.name) : one.name)));
    const isOwn = ({ stack, service }: PodView): boolean => own.has(workloadName(stack, service));
    const { stuck, ...late } = stuckOf(context.podsOf(key).filter(isOwn), workloads, Date.now());
    const calmInMs = context.drifts.calmInMs(`${key} `);
    return {
      ...nothingFound,
      ...{ workloads, stuck, contested, ...scaledReplicas(kind, name, workloads) },
      dependencies: dependenciesOf(namespace, name, isOwn),
      ...againAfter([late, calmInMs === undefined ? {} : { requeueAfterMs: calmInMs }]),
    };
  }

  /** What others keep changing, who does, and how often; a sentence each. @param prefix of the keys of a stack's objects. */
  #contested(prefix: string): readonly string[] {
    const { drifts } = this.#options.context;
    return drifts.contested(prefix).map((key) => {
      const name = key.slice(prefix.length).replace('/', ' ');
      const who = drifts.managersOf(key).join(', ') || 'others';
      return `${name} was changed by ${who}, which was undone ${drifts.howOften(key)}.`;
    });
  }

  /** Writes the status, if it says anything new. */
  async #report(resource: StackResource, found: Outcome, signal: AbortSignal): Promise<Reconciled> {
    const { cluster } = this.#options.context;
    const key = keyOf(resource);
    const outcome = withUntold(found, this.#untold.get(key));
    const status = statusOf(resource, outcome, new Date().toISOString());
    if (isSameStatus(resource.status, status)) return {};
    this.#untold.set(key, untoldOf(outcome));
    const { resourceVersion } = resource.metadata;
    const path = `${await cluster.discovery.pathOf(resource)}/status`;
    const { status: answered, json } = await cluster.api.request('PATCH', path, {
      query: { fieldManager: cluster.fieldManager },
      contentType: 'application/merge-patch+json',
      body: { metadata: { resourceVersion }, status: mergePatch({ ...resource.status }, { ...status }) },
      accept: [404, 409],
      signal,
    });
    if (answered === 404) return {};
    // The document was changed meanwhile; the watch is about to say how.
    if (answered === 409) return { requeueAfterMs: staleRetryMs };
    this.#untold.delete(key);
    this.#remember(json as KubeObject);
    return {};
  }

  /** The next reconcile must not write over this status because the watch is late. */
  #remember(written: KubeObject): void {
    const { resources } = this.#options;
    const now = projectResource(written);
    const key = keyOf(now);
    const before = resources.get(key);
    if (before && isNewer(now.metadata, before.metadata)) resources.set(key, now);
  }
}

const deletionPending = (key: string): ClusterError =>
  new ClusterError('CLUSTER_CONFLICT', `${key} is being deleted.`, { reason: 'DeletionPending' });

/** The operator may list its resources, and get none. @throws ClusterError CLUSTER_CONFLICT */
async function assertThere(cluster: Cluster, resource: StackResource, signal: AbortSignal): Promise<void> {
  const { apiVersion, kind, metadata } = resource;
  const { namespace, name, uid } = metadata;
  const found = await listObjects(cluster, [apiVersion, kind], { namespace, name, signal });
  const isThere = found.some((one) => one.metadata.uid === uid && !one.metadata.deletionTimestamp);
  if (!isThere) throw deletionPending(keyOf(resource));
}

/** What is to be seen of a stack, and when to look again although nothing changes. */
type Seen = Outcome & Pick<Reconciled, 'requeueAfterMs'>;

/** `<namespace>/<name>`. */
const keyOf = ({ metadata }: Pick<StackResource, 'metadata'>): string =>
  `${metadata.namespace}/${metadata.name}`;

/** What is found once: what was put back, and what was there then. */
type Untold = Pick<Outcome, 'drift' | 'inventory'>;

/** What is left as it is, is found again. */
const untoldOf = ({ drift, left, inventory }: Outcome): Untold => ({
  drift: drift.filter((one) => !left.includes(one)),
  ...(inventory === undefined ? {} : { inventory }),
});

const withUntold = (found: Outcome, untold?: Untold): Outcome =>
  untold ? { ...untold, ...found, drift: [...untold.drift, ...found.drift] } : found;

/** What became of the Secret in one reconcile. */
interface SecretStep extends Reconciled {
  /** Nothing else may be applied. */
  readonly isBlocking: boolean;
  /** The Secret, where it cannot be made what the stack needs. */
  readonly unmade?: KubeObject;
  readonly outcome: Pick<Partial<Outcome>, 'rotation' | 'problems' | 'left'>;
}

/** How many pods `/scale` tells of; nothing where the kind is not scalable, or the workload is not there. */
function scaledReplicas(
  { scale }: StackKind,
  stack: string,
  workloads: readonly Observed[],
): Pick<Outcome, 'replicas'> {
  const scaled = scale && workloads.find(({ name }) => name === workloadName(stack, scale.service));
  return scaled?.rollout ? { replicas: scaled.rollout.replicas } : {};
}

const fingerprintsOf = (results: ReadonlyMap<KubeObject, Converged>): Map<string, string> =>
  new Map(
    [...results].flatMap(([object, { observed }]) =>
      observed ? [[keyOfObject(object), observed.fingerprint] as const] : [],
    ),
  );

const againFor = ({
  requeueAfterMs,
  problems,
}: Pick<Converged, 'requeueAfterMs' | 'problems'>): Reconciled => {
  const ms = problems.length > 0 ? problemRetryMs : requeueAfterMs;
  return ms === undefined ? {} : { requeueAfterMs: ms };
};

/** The soonest of several. */
function againAfter(all: readonly Reconciled[]): Reconciled {
  const waits = all.flatMap(({ requeueAfterMs }) => requeueAfterMs ?? []);
  return waits.length > 0 ? { requeueAfterMs: Math.min(...waits) } : {};
}
