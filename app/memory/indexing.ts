import { withTimeLimit } from '../../model/time-limit.ts';
import { GroupCommit } from '../stores/group-commit.ts';
import type { Availability, Fact, Stores } from '../stores/types.ts';

const batch = 100;

/** How long an answer waits for the index to be filled before it does without. */
const longestWaitMs = 1_000;

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
  #reindexing: Promise<void> | undefined;
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

  /** Adds every fact the index lacks. */
  async reindex(): Promise<void> {
    this.#reindexing ??= this.#reindex().finally(() => {
      this.#reindexing = undefined;
    });
    return this.#reindexing;
  }

  async #completed(): Promise<boolean> {
    try {
      if ((await this.#stores.index.id()) !== this.#complete) await this.reindex();
      return true;
    } catch {
      return false;
    }
  }

  async #reindex(): Promise<void> {
    const { index, record } = this.#stores;
    const id = await index.id();
    for (;;) {
      const facts = await record.unindexed(id, batch);
      if (facts.length > 0) await index.add(facts);
      if (facts.length > 0) await record.markIndexed(id, facts);
      if (facts.length < batch) break;
    }
    this.#complete = id;
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
