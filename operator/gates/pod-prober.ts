import type { Cluster } from '../../kube/cluster.ts';
import { Cache } from '../runtime/cache.ts';
import { dependencyStates, type Dependencies } from './dependency-states.ts';
import type { PodObserved } from './observed.ts';
import type { Ask } from './pod-answer.ts';
import { PodProbe, type ProbeOptions } from './pod-probe.ts';
import { podKeyOf, type PodView } from './pod-view.ts';

export interface PodProberOptions {
  /** Its writes throw unless this process may write. */
  readonly cluster: Pick<Cluster, 'api'>;
  readonly ask: Ask;
  /** What is known of a pod has changed; `undefined` once the pod is no longer asked. It only adds keys to queues. */
  readonly onGates?: (pod: PodView, observed: PodObserved | undefined) => void;
  /** For each gate that opened or closed: how long after the process knew it was written, in seconds. */
  readonly onLatency?: (seconds: number) => void;
  /** A write that failed; it is tried again. */
  readonly onError?: (error: unknown) => void;
  /** Between two questions to a pod that answers, in milliseconds, give or take a tenth. */
  readonly intervalMs?: number;
  /** Between two questions to a pod that does not answer, at most. */
  readonly longestMs?: number;
}

const defaultIntervalMs = 400;

/** Questions to all pods together, a second. */
const mostAsksPerSecond = 500;

/** Between two questions to each of so many pods, in milliseconds: with many, each is asked less often. */
export const intervalOf = (pods: number, intervalMs: number): number =>
  Math.max(intervalMs, (pods * 1_000) / mostAsksPerSecond);

interface Running {
  readonly probe: PodProbe;
  readonly stopping: AbortController;
  readonly ended: Promise<void>;
}

/** The index by `<namespace>/<stack>`. */
const byStack = 'stack';

/**
 * Writes the readiness gates of pods: asks the process of each what it says of its dependencies, and writes that into
 * the pod's conditions. Only the process's own answer makes one False; one that was True stays True while the process
 * cannot be asked. It may be told of pods at any time, and asks them while it runs.
 */
export class PodProber {
  readonly #options: PodProberOptions;
  readonly #probeOptions: ProbeOptions;
  readonly #pods = new Cache<PodView>({ [byStack]: ({ namespace, stack }) => [`${namespace}/${stack}`] });
  readonly #running = new Map<string, Running>();
  /** Of the present run. */
  #signal: AbortSignal | undefined;

  constructor(options: PodProberOptions) {
    this.#options = options;
    const { cluster, ask, intervalMs = defaultIntervalMs, longestMs = 2_000 } = options;
    this.#probeOptions = {
      ...{ ask, longestMs, writer: { api: cluster.api } },
      shortestMs: intervalMs,
      intervalMs: () => intervalOf(this.#running.size, intervalMs),
      onObserved: (pod, observed) => options.onGates?.(pod, observed),
      onLatency: (seconds) => options.onLatency?.(seconds),
      onError: (error) => options.onError?.(error),
    };
  }

  /** Takes the present state of a pod, also of one that has no gates or does not run. */
  podChanged(pod: PodView): void {
    const key = podKeyOf(pod);
    if (pod.ip === undefined || pod.gates.length === 0) {
      this.podGone(key);
      return;
    }
    const running = this.#running.get(key);
    if (running && running.probe.pod.uid !== pod.uid) this.#stop(key);
    this.#pods.set(key, pod);
    this.#running.get(key)?.probe.update(pod);
    this.#start(key, pod);
  }

  /** @param key as `podKeyOf` makes it. */
  podGone(key: string): void {
    this.#pods.delete(key);
    this.#stop(key);
  }

  /** What is known of a pod; `undefined` until it was asked. */
  observedOf(key: string): PodObserved | undefined {
    return this.#running.get(key)?.probe.observed;
  }

  /**
   * What is known of each dependency of a stack, from all of its pods that have a gate for it.
   * @param isOwn whether a pod is one of the stack: one of another kind may have the same name.
   */
  dependenciesOf(
    namespace: string,
    stack: string,
    isOwn: (pod: PodView) => boolean = () => true,
  ): Dependencies {
    const pods = this.#pods.keysBy(byStack, `${namespace}/${stack}`).flatMap((key) => {
      const pod = this.#pods.get(key);
      return pod && isOwn(pod) ? [{ pod: pod.name, observed: this.observedOf(key) }] : [];
    });
    const asked = pods.flatMap(({ pod, observed }) => (observed ? [{ pod, observed }] : []));
    return { states: dependencyStates(asked), isEveryPodAsked: asked.length === pods.length };
  }

  /** Asks and writes until the signal is aborted, and then until the last question has ended; never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    this.#signal = signal;
    for (const key of this.#pods.keys()) {
      const pod = this.#pods.get(key);
      if (pod) this.#start(key, pod);
    }
    await new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      else signal.addEventListener('abort', () => resolve(), { once: true });
    });
    this.#signal = undefined;
    const ended = [...this.#running.values()].map((running) => running.ended);
    for (const key of [...this.#running.keys()]) this.#stop(key);
    await Promise.all(ended);
  }

  #start(key: string, pod: PodView): void {
    if (!this.#signal || this.#signal.aborted || this.#running.has(key)) return;
    const probe = new PodProbe(this.#probeOptions, pod);
    const stopping = new AbortController();
    const signal = AbortSignal.any([this.#signal, stopping.signal]);
    const ended = probe.run(signal, this.#delayMs()).then(() => {
      // It ends by itself where the API server knows the pod no longer.
      if (!signal.aborted) this.podGone(key);
    });
    this.#running.set(key, { probe, stopping, ended });
  }

  /** Of many pods not all are asked at once when this begins. */
  #delayMs(): number {
    const { intervalMs = defaultIntervalMs } = this.#options;
    return Math.random() * (intervalOf(this.#running.size, intervalMs) - intervalMs);
  }

  #stop(key: string): void {
    const running = this.#running.get(key);
    if (!running) return;
    running.stopping.abort();
    this.#running.delete(key);
    this.#options.onGates?.(running.probe.pod, undefined);
  }
}
