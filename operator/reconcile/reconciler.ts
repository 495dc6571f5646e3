import { StackError } from '../../model/define-stack.ts';
import type { StackKind } from '../../model/stack-kind.ts';
import { isNewer, keyOfObject, type KubeObject } from '../../kube/objects.ts';
import type { DependencyState } from '../gates/dependency-states.ts';
import type { Cache } from '../runtime/cache.ts';
import type { Reconciled } from '../runtime/workers.ts';
import { applyObjects } from './apply-objects.ts';
import type { Context } from './context.ts';
import { problemsOf, type Converged } from './converge.ts';
import { desiredOf, type Desired } from './desired.ts';
import { InSyncStacks } from './in-sync.ts';
import { objectKey } from './observed.ts';
import { projectResource, type StackResource } from './resource.ts';
import { ensureOwnSecret } from './secret.ts';
import { shapeOf } from './shape.ts';
import { isSameStatus, statusOf, type Outcome } from './status.ts';

export interface ReconcilerOptions {
  readonly kind: StackKind;
  readonly context: Context;
  readonly resources: Cache<StackResource>;
  /** What is known of the dependencies of a stack's pods, from their own reports. */
  readonly dependenciesOf: (namespace: string, stack: string) => readonly DependencyState[];
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

  constructor(options: ReconcilerOptions) {
    this.#options = options;
    this.#inSync = new InSyncStacks(options.resyncMs);
  }

  /**
   * One step for one stack. Level-based: it compares what is now with what the document says.
   * @param key `<namespace>/<name>`.
   */
  async reconcile(key: string, signal: AbortSignal): Promise<Reconciled> {
    const { resources, context, kind } = this.#options;
    const resource = resources.get(key);
    if (!resource) return this.#forget(key);
    // Its objects have it as their owner: the cluster deletes them.
    if (resource.metadata.deletionTimestamp !== undefined) return {};
    const found = this.#inSync.stillOf(key, resource, context.objects.ofStack(key));
    if (found) return this.#report(resource, { ...this.#seen(key), ...found.shape }, signal);
    try {
      return await this.#apply(key, resource, desiredOf(kind, resource, context.render), signal);
    } catch (error) {
      if (!(error instanceof StackError)) throw error;
      return this.#report(resource, { ...nothing, refused: error.message }, signal);
    }
  }

  #forget(key: string): Reconciled {
    this.#inSync.delete(key);
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
    const { context, kind } = this.#options;
    const shape = shapeOf(kind, desired);
    if (desired.reserved.paused)
      return this.#report(
        resource,
        { ...this.#seen(key), ...shape, paused: 'spec.paused is true: nothing is changed.' },
        signal,
      );
    const secret = await problemsOf(() => ensureOwnSecret(context.cluster, desired, signal));
    const [live, before] = [context.objects.ofStack(key), this.#inSync.of(key, resource)];
    const applied = await applyObjects(context, { key, resource, desired, live, before, signal });
    const { results } = applied;
    const problems = [...secret, ...applied.problems];
    const { uid, generation = 0 } = resource.metadata;
    const fingerprints = fingerprintsOf(results);
    const isComplete = fingerprints.size === results.size && problems.length === 0;
    this.#inSync.set(key, { uid, generation, fingerprints, isComplete, shape });
    const outcome = { ...this.#seen(key), ...this.#found(key, results, problems), ...shape };
    const reported = await this.#report(resource, outcome, signal);
    const all = [...results.values(), { problems }];
    return againAfter([reported, ...all.map(againFor)]);
  }

  /** What became of the objects. @param problems besides theirs. */
  #found(
    key: string,
    results: ReadonlyMap<KubeObject, Converged>,
    problems: readonly string[],
  ): Partial<Outcome> {
    const { drifts, objects } = this.#options.context;
    const all = [...results.values()];
    const contested = [...results.keys()]
      .map((object) => ({ id: keyOfObject(object), repairs: `${key} ${keyOfObject(object)}` }))
      .filter(({ repairs }) => drifts.isContested(repairs))
      .map(
        ({ id, repairs }) =>
          `${id.replace('/', ' ')} was changed by others and put back ${drifts.count(repairs)} times.`,
      );
    const paused = objects.ofStack(key).filter(({ isPaused }) => isPaused);
    const names = paused.map(({ kind, name }) => `${kind} ${name}`).sort();
    return {
      contested,
      problems: [...problems, ...all.flatMap((one) => one.problems)],
      drift: all.flatMap(({ drift }) => drift),
      left: all.flatMap(({ drift, isLeft }) => (isLeft ? drift : [])),
      ...(names.length > 0 ? { paused: `Left as they are, by annotation: ${names.join(', ')}.` } : {}),
    };
  }

  #seen(key: string): Outcome {
    const { context, dependenciesOf } = this.#options;
    const [namespace = '', name = ''] = key.split('/');
    return {
      ...nothing,
      // Sorted, so that the same state gives the same words.
      workloads: context.objects
        .ofStack(key)
        .filter(({ rollout }) => rollout !== undefined)
        .sort((a, b) => (objectKey(a) < objectKey(b) ? -1 : 1)),
      dependencies: dependenciesOf(namespace, name),
    };
  }

  /** Writes the status, if it says anything new. */
  async #report(resource: StackResource, outcome: Outcome, signal: AbortSignal): Promise<Reconciled> {
    const { cluster } = this.#options.context;
    const status = statusOf(resource, outcome, new Date().toISOString());
    if (isSameStatus(resource.status, status)) return {};
    const { resourceVersion } = resource.metadata;
    const path = `${await cluster.discovery.pathOf(resource)}/status`;
    const { status: answered, json } = await cluster.api.request('PATCH', path, {
      query: { fieldManager: cluster.fieldManager },
      contentType: 'application/merge-patch+json',
      body: { metadata: { resourceVersion }, status },
      accept: [409],
      signal,
    });
    // The document was changed meanwhile; the watch is about to say how.
    if (answered === 409) return { requeueAfterMs: staleRetryMs };
    this.#remember(json as KubeObject);
    return {};
  }

  /** The next reconcile must not write over this status because the watch is late. */
  #remember(written: KubeObject): void {
    const { resources } = this.#options;
    const now = projectResource(written);
    const key = `${now.metadata.namespace}/${now.metadata.name}`;
    const before = resources.get(key);
    if (before && isNewer(now.metadata, before.metadata)) resources.set(key, now);
  }
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

const nothing: Outcome = {
  problems: [],
  drift: [],
  left: [],
  contested: [],
  workloads: [],
  wantedWorkloads: 0,
  gates: [],
  dependencies: [],
  facts: {},
};
