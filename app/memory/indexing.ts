import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { withTimeLimit } from '../../model/time-limit.ts';
import { GroupCommit } from '../stores/group-commit.ts';
import type { Availability, Fact, Stores } from '../stores/types.ts';

const batch = 100;

/** How long an answer waits for the index to be filled before it does without. */
const longestWaitMs = 1_000;

/** Milliseconds after which another process that does not say so any more is not filling the index. */
const leaseMs = 10_000;

/** Milliseconds after which it is looked again whether that process is done. */
const lookAgainMs = 100;

/** Adds to the search index the facts of the record that it lacks. */
export class Indexing {
  readonly #stores: Stores;
  readonly #waitMs: number;
  readonly #availability: Availability;
  readonly #adding = new Map<string, Promise<void>>();
  readonly #additions = new GroupCommit<readonly Fact[], undefined>(async (groups) => {
    await this.#add(groups.flat());
    return groups.map(() => undefined);
  });
  readonly #owner = randomUUID();
  #reindexing: Promise<boolean> | undefined;
  /** The id of the index last known to hold every fact of the record. */
  #complete: string | undefined;

  /** @param waitMs how long an answer waits for the index to be filled before it does without. */
  constructor(stores: Stores, availability: Availability, waitMs = longestWaitMs) {
    this.#stores = stores;
    this.#waitMs = waitMs;
    this.#availability = availability;
  }

  get isOpen(): boolean {
    return this.#availability(this.#stores.index.name) === 'open';
  }

  /** Adds facts that the record already holds, in the background. Never fails. */
  add(patientId: string, facts: readonly Fact[]): void {
    if (facts.length === 0) return;
    const adding: Promise<void> = this.#additions.add(facts).catch(() => this.#lacks());
    this.#adding.set(patientId, adding);
    void adding.finally(() => {
      if (this.#adding.get(patientId) === adding) this.#adding.delete(patientId);
    });
  }

  /** Whether a search covers every fact of a patient. Waits for additions in progress, within a time limit. */
  async isComplete(patientId: string): Promise<boolean> {
    await this.#adding.get(patientId);
    if (!this.isOpen) return false;
    return withTimeLimit(this.#completed(), this.#waitMs).catch(() => false);
  }

  /** Adds every fact the index lacks. @returns false when another process is doing it. */
  async reindex(): Promise<boolean> {
    this.#reindexing ??= this.#reindex().finally(() => {
      this.#reindexing = undefined;
    });
    return this.#reindexing;
  }

  async #completed(): Promise<boolean> {
    const until = performance.now() + this.#waitMs;
    try {
      while ((await this.#stores.index.id()) !== this.#complete) {
        if (await this.reindex()) break;
        if (performance.now() > until) return false;
        await pause(lookAgainMs);
      }
      return true;
    } catch {
      return false;
    }
  }

  async #reindex(): Promise<boolean> {
    const { index, record } = this.#stores;
    const id = await index.id();
    let isClaimed = false;
    for (;;) {
      const facts = await record.unindexed(id, batch);
      if (facts.length === 0) break;
      isClaimed = await record.claimIndexing({ owner: this.#owner, leaseMs });
      if (!isClaimed) return false;
      await index.add(facts);
      await record.markIndexed(id, facts);
      if (facts.length < batch) break;
    }
    this.#complete = id;
    if (isClaimed) await record.claimIndexing({ owner: this.#owner, leaseMs: 0 });
    return true;
  }

  async #add(facts: readonly Fact[]): Promise<void> {
    if (!this.isOpen) throw new Error('The search index is away.');
    const { index, record } = this.#stores;
    const id = await index.id();
    await index.add(facts);
    await record.markIndexed(id, facts);
  }

  #lacks(): void {
    this.#complete = undefined;
  }
}
