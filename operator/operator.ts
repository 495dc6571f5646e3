import { asSelector, managedBy } from '../model/labels.ts';
import type { Report } from '../model/stack.ts';
import type { StackKind } from '../model/stack-kind.ts';
import type { RenderOptions } from '../charts-ts/options.ts';
import { autoscalerKind, foreignTargetOf } from '../deploy/autoscalers.ts';
import { ownedKinds } from '../deploy/stack-objects.ts';
import { isClusterError } from '../kube/cluster-error.ts';
import type { Cluster } from '../kube/cluster.ts';
import { pathOfResource } from '../kube/discovery.ts';
import { httpAsk, type HttpAsk } from './gates/http-ask.ts';
import type { Ask } from './gates/pod-answer.ts';
import { PodProber } from './gates/pod-prober.ts';
import { projectPod, type PodView } from './gates/pod-view.ts';
import { Reports } from './gates/reports.ts';
import type { Condition } from './conditions.ts';
import type { Context } from './reconcile/context.ts';
import { DriftHistory } from './reconcile/drift-history.ts';
import { recordEvent } from './reconcile/events.ts';
import { projectObject } from './reconcile/observed.ts';
import { Reconciler } from './reconcile/reconciler.ts';
import { projectResource, type Drift, type StackResource } from './reconcile/resource.ts';
import { StackObjects } from './reconcile/stack-objects.ts';
import { Verdicts } from './reconcile/verdicts.ts';
import { reachPods } from './rotation/pod-reach.ts';
import { Cache } from './runtime/cache.ts';
import { fenced } from './runtime/fenced.ts';
import { Informer, type InformerOptions } from './runtime/informer.ts';
import type { Collection } from './runtime/list-watch.ts';
import { WorkQueue } from './runtime/work-queue.ts';
import { runWorkers, type ReconcileEnd } from './runtime/workers.ts';

export { operatorName } from './manifests/names.ts';

export interface OperatorOptions {
  readonly cluster: Cluster;
  readonly kinds: readonly StackKind[];
  /** The only namespace it looks at; absent: all. */
  readonly namespace?: string;
  /** Labels of its own pods, where they run beside the stacks of that namespace. */
  readonly operatorPods?: RenderOptions['operatorPods'];
  /** Throws unless this process may write. Absent: it always may. */
  readonly assertLeader?: () => void;
  /** Asks a pod's process for its reports. Absent: at the pod's own address, as inside the cluster. */
  readonly ask?: Ask;
  /** How services are told new secrets. Absent: at their pods' own addresses, as inside the cluster. */
  readonly reachOf?: Context['reachOf'];
  readonly resyncMs?: number;
  /** The monotonic clock by which others' changes are told apart, in milliseconds. Absent: this process's. */
  readonly now?: () => number;
  readonly concurrency?: number;
  /** @param conditions what the stack's status says after it. */
  readonly onReconciled?: (kind: string, end: ReconcileEnd, conditions: readonly Condition[]) => void;
  readonly onDrift?: (drift: Drift) => void;
  /** For each gate that opened or closed: how long after the process knew it was written, in seconds. */
  readonly onLatency?: (seconds: number) => void;
  /** The definition of a kind is not there, so that the kind is not served; or it is there again. */
  readonly onDefinition?: (kind: StackKind, isThere: boolean) => void;
  /** A watch that failed and is begun anew. */
  readonly onRestart?: (error: unknown) => void;
  /** An Event or a readiness gate that could not be written. */
  readonly onError?: (error: unknown) => void;
}

/** One kind: its resources, and the keys that wait for a reconcile. */
interface Controller {
  readonly kind: StackKind;
  readonly resources: Cache<StackResource>;
  readonly queue: WorkQueue;
  readonly reports: Reports;
}

/** The index by `<namespace>/<stack>`. */
const byStack = 'stack';

/** A reconcile of a whole stack takes a second; an API server that does not answer must not hold a worker for ever. */
const deadlineMs = 120_000;

/** Reconciles every stack of some kinds. */
export class Operator {
  readonly #options: OperatorOptions;
  /** Its writes are refused unless this process leads. */
  readonly #writer: Cluster;
  readonly #objects = new StackObjects();
  readonly #pods = new Cache<PodView>({ [byStack]: ({ namespace, stack }) => [`${namespace}/${stack}`] });
  readonly #http: HttpAsk;
  readonly #prober: PodProber;
  readonly #autoscaled = new Cache<string>({ target: (target) => [target] });
  readonly #controllers: readonly Controller[];
  #isReconciling = false;
  /** Kinds whose definition is not there. */
  readonly #unserved = new Set<StackKind>();
  readonly #informers: Pick<Informer<unknown>, 'run' | 'silentForMs'>[] = [];
  /** When each informer has filled its cache, or it is known that it cannot. */
  readonly #known: Promise<unknown>[] = [];

  constructor(options: OperatorOptions) {
    this.#options = options;
    this.#controllers = options.kinds.map((kind) => ({
      kind,
      resources: new Cache<StackResource>(),
      queue: new WorkQueue(),
      reports: new Reports(kind),
    }));
    this.#http = httpAsk({ reportOf: (pod) => this.#reportOf(pod) });
    this.#writer = fenced(options.cluster, options.assertLeader ?? (() => undefined));
    this.#prober = new PodProber({
      cluster: this.#writer,
      ask: options.ask ?? this.#http.ask,
      onGates: ({ namespace, stack }) => this.enqueue(namespace, stack),
      onLatency: (seconds) => options.onLatency?.(seconds),
      onError: (error) => options.onError?.(error),
    });
  }

  /** Fills the caches and keeps them, until the signal is aborted; resolves then, or when they are filled once. */
  async watch(signal: AbortSignal): Promise<void> {
    for (const controller of this.#controllers) this.#watchResources(controller);
    for (const kind of ownedKinds) await this.#watchObjects(kind);
    await this.#watchAutoscalers();
    await this.#watchPods();
    for (const informer of this.#informers) void informer.run(signal);
    await Promise.all(this.#known);
  }

  /** Reconciles until the signal is aborted, every stack once at the beginning. `watch` comes first. */
  async reconcile(signal: AbortSignal): Promise<void> {
    const context = this.#context();
    this.#isReconciling = true;
    await Promise.all([
      this.#prober.run(signal),
      ...this.#controllers.map((controller) => this.#run(controller, context, signal)),
    ]);
    this.#isReconciling = false;
    this.#http.close();
  }

  /** How many stacks wait for a worker; none while this process does not reconcile. */
  get depth(): number {
    if (!this.#isReconciling) return 0;
    return this.#controllers.reduce((sum, { queue }) => sum + queue.depth, 0);
  }

  /** Each condition of each stack, and the stack's kind; none while this process does not reconcile. */
  *conditions(): Generator<readonly [kind: string, condition: Condition]> {
    if (!this.#isReconciling) return;
    for (const { kind, resources } of this.#controllers)
      for (const key of resources.keys())
        for (const condition of conditionsOf(resources.get(key))) yield [kind.kind, condition];
  }

  /** The kinds that are not served, since their definition is not there. */
  get unserved(): readonly StackKind[] {
    return [...this.#unserved];
  }

  /** How long the quietest watch has been silent, in milliseconds. */
  get silentForMs(): number {
    return Math.max(0, ...this.#informers.map(({ silentForMs }) => silentForMs));
  }

  /** Has a stack reconciled soon: something that no informer watches has changed. */
  enqueue(namespace: string, stack: string): void {
    const key = `${namespace}/${stack}`;
    for (const { resources, queue } of this.#controllers) if (resources.get(key)) queue.add(key);
  }

  async #run({ kind, resources, queue }: Controller, context: Context, signal: AbortSignal): Promise<void> {
    const { resyncMs = 600_000, concurrency = 4, onReconciled } = this.#options;
    const dependenciesOf: PodProber['dependenciesOf'] = (...of) => this.#prober.dependenciesOf(...of);
    const reconciler = new Reconciler({ kind, context, resources, dependenciesOf, resyncMs });
    for (const key of resources.keys()) queue.add(key);
    await runWorkers({
      ...{ kind: kind.kind, queue, concurrency, deadlineMs, resyncMs, signal },
      reconcile: (key, until) => reconciler.reconcile(key, until),
      onEnd: (end) => onReconciled?.(kind.kind, end, conditionsOf(resources.get(end.key))),
    });
  }

  #context(): Context {
    const { operatorPods, onDrift = () => undefined } = this.#options;
    const writer = this.#writer;
    const podsOf: Context['podsOf'] = (key) =>
      this.#pods.keysBy(byStack, key).flatMap((pod) => this.#pods.get(pod) ?? []);
    return {
      cluster: writer,
      render: operatorPods ? { operatorPods } : {},
      objects: this.#objects,
      isForeignTarget: (target) => this.#autoscaled.keysBy('target', target).length > 0,
      podsOf,
      reachOf:
        this.#options.reachOf ??
        ((stack, signal) => reachPods(stack, () => podsOf(`${stack.namespace}/${stack.name}`), signal)),
      drifts: new DriftHistory(this.#options.now),
      verdicts: new Verdicts(),
      record: (about, event) => recordEvent(writer, about, event, (error) => this.#options.onError?.(error)),
      onDrift,
    };
  }

  /** Without its definition a kind is not served until it is there. The other kinds are. */
  #watchResources({ kind, resources, queue, reports }: Controller): void {
    const isMissing = Promise.withResolvers<undefined>();
    const found = (isThere: boolean): void => {
      if (this.#unserved.has(kind) === isThere) this.#options.onDefinition?.(kind, isThere);
      if (isThere) this.#unserved.delete(kind);
      else this.#unserved.add(kind);
      if (!isThere) isMissing.resolve(undefined);
    };
    const informer = this.#inform(pathOfResource({ ...kind, namespaced: true }, this.#options.namespace), {
      cache: resources,
      project: projectResource,
      onChange: ({ key, before, now }) => {
        if (!now) reports.forget(key);
        if (!now || !before || isAnother(before, now)) queue.add(key);
      },
      onListed: () => found(true),
      onRestart: (error) => {
        if (isClusterError(error, 'NOT_FOUND_IN_CLUSTER')) found(false);
        else this.#options.onRestart?.(error);
      },
    });
    this.#known.push(Promise.race([informer.synced, isMissing.promise]));
  }

  async #watchObjects(kind: readonly [string, string]): Promise<void> {
    const cache = this.#objects.cacheOf(kind[1]);
    await this.#informKind(kind, {
      cache,
      isKnown: (key, { metadata }) => cache.get(key)?.resourceVersion === metadata.resourceVersion,
      query: { labelSelector: asSelector(managedBy) },
      project: projectObject,
      onChange: ({ before, now }) => {
        for (const one of [before, now]) if (one) this.enqueue(one.namespace, one.stack);
      },
    });
  }

  /** Where a pod's service reports, as the document of its stack has it. */
  #reportOf({ namespace, stack, service }: PodView): Report | undefined {
    const key = `${namespace}/${stack}`;
    return this.#controllers.flatMap(({ resources, reports }) => {
      const resource = resources.get(key);
      return (resource && reports.of(key, resource).get(service)) ?? [];
    })[0];
  }

  async #watchPods(): Promise<void> {
    await this.#informKind(['v1', 'Pod'], {
      cache: this.#pods,
      query: { labelSelector: asSelector(managedBy) },
      project: projectPod,
      onChange: ({ key, before, now }) => {
        if (now) this.#prober.podChanged(now);
        else this.#prober.podGone(key);
        const pod = now ?? before;
        if (pod && isOtherwise(before, now)) this.enqueue(pod.namespace, pod.stack);
      },
    });
  }

  async #watchAutoscalers(): Promise<void> {
    await this.#informKind(autoscalerKind, {
      cache: this.#autoscaled,
      project: (autoscaler) => foreignTargetOf(autoscaler) ?? '',
      onChange: ({ before, now }) => {
        if (before !== now) for (const target of [before, now]) if (target) this.#enqueueTarget(target);
      },
    });
  }

  /** Has the stack of a scaled workload reconciled: its replicas are another's now, or the document's again. */
  #enqueueTarget(target: string): void {
    const [kind = '', key = ''] = target.split(' ');
    const workload = this.#objects.cacheOf(kind).get(key);
    if (workload) this.enqueue(workload.namespace, workload.stack);
  }

  async #informKind<T>([apiVersion, kind]: readonly [string, string], informed: Informed<T>): Promise<void> {
    const { discovery } = this.#options.cluster;
    const path = await discovery.collectionOf(apiVersion, kind, this.#options.namespace);
    this.#known.push(this.#inform(path, informed).synced);
  }

  #inform<T>(path: string, { query, ...options }: Informed<T>): Informer<T> {
    const { cluster, onRestart } = this.#options;
    const informer = new Informer({
      onRestart: (error) => onRestart?.(error),
      ...options,
      collection: { api: cluster.api, path, ...(query ? { query } : {}) },
    });
    this.#informers.push(informer);
    return informer;
  }
}

const conditionsOf = (resource: StackResource | undefined): readonly Condition[] =>
  resource?.status?.conditions ?? [];

/** What is done with the objects of a collection, and which of them there are. */
type Informed<T> = Omit<InformerOptions<T>, 'collection' | 'onRestart'> &
  Partial<Pick<InformerOptions<T>, 'onRestart'>> &
  Pick<Collection, 'query'>;

/** Whether something of a pod has changed that its stack's status depends on. */
const isOtherwise = (before: PodView | undefined, now: PodView | undefined): boolean =>
  JSON.stringify(shownOf(before)) !== JSON.stringify(shownOf(now));

const shownOf = (pod: PodView | undefined): unknown =>
  pod && [pod.uid, pod.isReady, pod.isEnding, pod.causes, pod.conditions];

/** Whether something other than the status has changed. */
const isAnother = (before: StackResource, now: StackResource): boolean =>
  before.metadata.uid !== now.metadata.uid ||
  before.metadata.generation !== now.metadata.generation ||
  before.metadata.deletionTimestamp !== now.metadata.deletionTimestamp ||
  JSON.stringify(before.metadata.annotations) !== JSON.stringify(now.metadata.annotations);
