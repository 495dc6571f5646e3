import type { LeaseSpec } from 'kubernetes-types/coordination/v1.js';
import { ApiError } from '../../kube/cluster-error.ts';
import type { Cluster } from '../../kube/cluster.ts';
import type { Lease } from '../../kube/kinds.ts';
import { leaseAt, microTime, writeLease } from '../../kube/lease-object.ts';
import type { Metadata, ObjectPlace } from '../../kube/objects.ts';
import { readObject } from '../../kube/server-side-apply.ts';
import { pause } from './pause.ts';

export interface LeaderElectionOptions {
  readonly cluster: Cluster;
  /** Of the Lease. Its annotations are what the process that holds it says of itself. */
  readonly place: ObjectPlace;
  /** Unique to this process, such as `<pod>_<random>`. */
  readonly identity: string;
  /** How long a Lease is valid after its last renewal, in milliseconds. */
  readonly leaseMs?: number;
  /** Between two renewals, or two looks at another's Lease, in milliseconds. */
  readonly retryMs?: number;
  /** Each failed try; it is repeated. */
  readonly onError: (error: unknown) => void;
}

/** This process does not hold the Lease, or cannot know that it still does. */
export class NotLeader extends Error {
  override readonly name = 'NotLeader';
}

/** A Lease as it was seen, and when it was first seen so, on this machine's monotonic clock. */
interface Seen {
  readonly metadata: Metadata;
  readonly spec: LeaseSpec;
  readonly at: number;
}

/** For the last third of a Lease its holder does not write: a request that was sent before may be under way so long. */
const writable = 2 / 3;

/**
 * Elects one of several processes by a Lease (coordination.k8s.io/v1). Whether another's Lease has run out counts from
 * when this process saw it change, never from the time in it: clocks of machines differ. Whether the own one is valid
 * counts from before the renewal was sent. docs/adr/0012 says what a Lease cannot fence.
 */
export class LeaderElection {
  readonly #options: Required<LeaderElectionOptions>;
  /** The last one that was there: a Lease that others delete is held until it would have run out. */
  #seen: Seen | undefined;
  /** On the monotonic clock; in the past for a process that does not lead. */
  #heldUntil = -Infinity;

  constructor(options: LeaderElectionOptions) {
    this.#options = { leaseMs: 15_000, retryMs: 2_000, ...options };
  }

  /** @throws NotLeader once the own Lease may have run out for others. Called before every write. */
  assertLeader(): void {
    if (performance.now() >= this.#heldUntil)
      throw new NotLeader(`${this.#options.identity} does not hold Lease ${this.#options.place.name}.`);
  }

  /**
   * Waits until this process leads, does the work, and releases the Lease. The work's signal is aborted when the Lease
   * is lost. Resolves after one term, or when the signal is aborted.
   */
  async lead(work: (signal: AbortSignal) => Promise<void>, signal: AbortSignal): Promise<void> {
    while (!signal.aborted && !(await this.#tried(signal))) await pause(this.#options.retryMs, signal);
    if (signal.aborted) return this.#release();
    const lost = new AbortController();
    const renewals = this.#renewUntilLost(AbortSignal.any([signal, lost.signal])).finally(() => lost.abort());
    try {
      await work(AbortSignal.any([signal, lost.signal]));
    } finally {
      lost.abort();
      // No renewal may be under way: it would take the Lease again.
      await renewals;
      await this.#release();
    }
  }

  /** Whole milliseconds, as timers want them. */
  get #leftMs(): number {
    return Math.max(0, Math.floor(this.#heldUntil - performance.now()));
  }

  /** Resolves when the Lease is no longer held, or when the signal is aborted. */
  async #renewUntilLost(signal: AbortSignal): Promise<void> {
    while (!signal.aborted && this.#leftMs > 0) {
      await pause(Math.min(this.#options.retryMs, this.#leftMs), signal);
      // Ends in time to end the work, also where a renewal gets no answer.
      if (this.#leftMs > 0) await this.#tried(AbortSignal.any([signal, AbortSignal.timeout(this.#leftMs)]));
    }
  }

  /** Takes or renews the Lease. Whether this process holds it now; a failure is reported and is no. */
  async #tried(signal: AbortSignal): Promise<boolean> {
    try {
      return await this.#try(signal);
    } catch (error) {
      if (!signal.aborted) this.#options.onError(error);
      return false;
    }
  }

  async #try(signal: AbortSignal): Promise<boolean> {
    const sentAt = performance.now();
    const seen = await this.#look(signal);
    if (this.#seen && !this.#mayTake(this.#seen)) {
      this.#heldUntil = -Infinity;
      return false;
    }
    const { identity, leaseMs } = this.#options;
    const isOwn = seen?.spec.holderIdentity === identity;
    // For people only: nothing is decided by it.
    const now = microTime();
    const spec = {
      holderIdentity: identity,
      leaseDurationSeconds: Math.ceil(leaseMs / 1_000),
      renewTime: now,
      acquireTime: (isOwn ? seen.spec.acquireTime : undefined) ?? now,
      leaseTransitions: (seen?.spec.leaseTransitions ?? 0) + (isOwn || !seen ? 0 : 1),
    };
    const written = await this.#write(seen, spec, signal);
    this.#heldUntil = written ? sentAt + leaseMs * writable : -Infinity;
    return written;
  }

  #mayTake({ spec, at }: Seen): boolean {
    const { holderIdentity, leaseDurationSeconds = this.#options.leaseMs / 1_000 } = spec;
    if (!holderIdentity || holderIdentity === this.#options.identity) return true;
    return performance.now() - at >= leaseDurationSeconds * 1_000;
  }

  /** The Lease as it is now; undefined where there is none. */
  async #look(signal: AbortSignal): Promise<Seen | undefined> {
    const { cluster, place } = this.#options;
    const live = (await readObject(cluster, leaseAt(place), signal)) as Lease | undefined;
    if (live && this.#seen?.metadata.resourceVersion !== live.metadata.resourceVersion)
      this.#seen = { metadata: live.metadata, spec: live.spec ?? {}, at: performance.now() };
    return live && this.#seen;
  }

  /** Whether it was written; not where another process was faster. */
  async #write(seen: Seen | undefined, spec: LeaseSpec, signal: AbortSignal): Promise<boolean> {
    const { cluster, place } = this.#options;
    try {
      const annotations = { ...seen?.metadata.annotations, ...place.annotations };
      const at = { ...(seen?.metadata ?? place), annotations };
      const { metadata } = await writeLease(cluster, at, spec, signal);
      this.#seen = { metadata, spec, at: performance.now() };
      return true;
    } catch (error) {
      if (error instanceof ApiError && error.status === 409) return false;
      throw error;
    }
  }

  /** So that another process need not wait until the Lease has run out. */
  async #release(): Promise<void> {
    const wasHeld = this.#heldUntil > -Infinity || this.#seen?.spec.holderIdentity === this.#options.identity;
    this.#heldUntil = -Infinity;
    if (!wasHeld) return;
    const signal = AbortSignal.timeout(this.#options.retryMs);
    try {
      // Anew: a renewal that was given up may have been carried out.
      const seen = await this.#look(signal);
      if (seen?.spec.holderIdentity !== this.#options.identity) return;
      const { leaseTransitions = 0 } = seen.spec;
      await this.#write(seen, { leaseDurationSeconds: 1, leaseTransitions }, signal);
    } catch (error) {
      this.#options.onError(error);
    }
  }
}
