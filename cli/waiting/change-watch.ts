import { setTimeout as wait } from 'node:timers/promises';
import { asSelector, stackLabels } from '../../model/labels.ts';
import type { Cluster } from '../../kube/cluster.ts';
import type { StackRef } from '../../deploy/stack-objects.ts';
import { pollIntervalMs, pause } from './pause.ts';

/** The kinds whose changes show a rollout's progress. */
const kinds = [
  ['v1', 'Pod'],
  ['apps/v1', 'Deployment'],
  ['apps/v1', 'StatefulSet'],
  ['batch/v1', 'Job'],
] as const;

/** Debounces changes that come together, such as a pod's and its Deployment's. */
const gatherMs = 20;

/**
 * Says when to poll a stack again: as soon as an object of it changes, and at intervals anyway. The watches are only a
 * hint: they may be denied or end, and the intervals remain.
 */
export class ChangeWatch {
  readonly #signal: AbortSignal | undefined;
  readonly #ended = new AbortController();
  #changed = new AbortController();

  constructor(cluster: Cluster, stack: StackRef, signal?: AbortSignal) {
    this.#signal = signal;
    for (const kind of kinds) void this.#watch(cluster, stack, kind);
  }

  /** Resolves when it is time to poll. Rejects with the signal's reason when it is aborted meanwhile. */
  async next(): Promise<void> {
    const woken = AbortSignal.any([this.#changed.signal, ...(this.#signal ? [this.#signal] : [])]);
    await wait(pollIntervalMs, undefined, { signal: woken }).catch(() => undefined);
    await pause(this.#signal, gatherMs);
    this.#changed = new AbortController();
  }

  stop(): void {
    this.#ended.abort();
  }

  async #watch(
    { api, discovery }: Cluster,
    stack: StackRef,
    [version, kind]: readonly [string, string],
  ): Promise<void> {
    const query = { watch: 'true', labelSelector: asSelector(stackLabels(stack)) };
    try {
      const path = await discovery.collectionOf(version, kind, stack.namespace);
      const events = await api.stream(path, { query, signal: this.#ended.signal });
      events.on('data', () => this.#changed.abort()).on('error', () => undefined);
    } catch {
      // The intervals remain.
    }
  }
}
