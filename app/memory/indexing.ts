import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { IndexReport } from '../../contract/http.ts';
import { withTimeLimit } from '../../model/time-limit.ts';
import { GroupCommit } from '../stores/group-commit.ts';
import type { Meanings } from '../meaning/meanings.ts';
import { IndexCheck } from './index-check.ts';
import type { Coverage } from './recall/recall.ts';
import type { Warn } from './types.ts';
import type { Availability, Fact, Stores } from '../stores/types.ts';

const batch = 100;

/** Milliseconds after which another process that does not say so any more is not filling the index. */
const leaseMs = 10_000;

/** Milliseconds after which it is looked again whether that process is done. */
const lookAgainMs = 100;

/** Facts of a patient that the index lacks which are searched beside it. */
const mostUnindexed = 200;

const none: Coverage = { isSearchable: false, unindexed: [], lacksMore: false };

interface Parts {
  readonly stores: Stores;
  readonly availability: Availability;
  readonly meanings: Meanings;
  /** Milliseconds that an answer waits for the index to be filled. */
  readonly indexMs: number;
  readonly warn: Warn;
}

interface Addition {
  readonly facts: readonly Fact[];
  /** Never rejects. */
  readonly done: Promise<undefined>;
}

/** Adds to the search index the facts of the record that it lacks. */
export class Indexing {
  readonly #stores: Stores;
  readonly #meanings: Meanings;
  readonly #indexMs: number;
  readonly #availability: Availability;
  readonly #check: IndexCheck;
  /** By patient: what is being added. */
  readonly #adding = new Map<string, Set<Addition>>();
  readonly #additions = new GroupCommit<readonly Fact[], undefined>(async (groups) => {
    await this.#add(groups.flat());
    return groups.map(() => undefined);
  });
  readonly #owner = randomUUID();
  #reindexing: Promise<boolean> | undefined;

  constructor({ stores, availability, meanings, indexMs, warn }: Parts) {
    this.#stores = stores;
    this.#meanings = meanings;
    this.#indexMs = indexMs;
    this.#availability = availability;
    this.#check = new IndexCheck({ stores, embedder: meanings.embedder, warn });
  }

  report(): IndexReport {
    return this.#check.report();
  }

  get isOpen(): boolean {
    return this.#availability(this.#stores.index.name) === 'open';
  }

  /** Adds facts that the record already holds, in the background. Never fails. */
  add(patientId: string, facts: readonly Fact[]): void {
    if (facts.length === 0) return;
    const ofPatient = this.#adding.get(patientId) ?? new Set();
    this.#adding.set(patientId, ofPatient);
    const addition = { facts, done: this.#additions.add(facts).catch(() => undefined) };
    ofPatient.add(addition);
    void addition.done.finally(() => {
      ofPatient.delete(addition);
      if (ofPatient.size === 0) this.#adding.delete(patientId);
    });
  }

  /**
   * What of a patient's facts but `except` a search of the index finds. Waits for those that are being added, and for
   * their vectors, within a time limit.
   */
  async coverage(patientId: string, except: ReadonlySet<string>): Promise<Coverage> {
    await this.#added(patientId, except);
    if (!this.isOpen) return none;
    const until = performance.now() + this.#indexMs;
    try {
      let unindexed = await withTimeLimit(this.#unindexedOf(patientId), this.#indexMs);
      while (unindexed.length > mostUnindexed && performance.now() < until) {
        const filled = await withTimeLimit(this.reindex(), until - performance.now()).catch(() => undefined);
        if (filled === undefined) break;
        if (!filled) await pause(lookAgainMs);
        unindexed = await this.#unindexedOf(patientId);
      }
      await this.#meanings.settled(patientId, except);
      const lacksMore = unindexed.length > mostUnindexed;
      return { isSearchable: true, unindexed: unindexed.slice(0, mostUnindexed), lacksMore };
    } catch {
      return none;
    }
  }

  /**
   * Adds every fact the index lacks. @returns false when another process is doing it.
   * @param wasAway the index may be an earlier copy of itself.
   */
  async reindex({ wasAway = false } = {}): Promise<boolean> {
    if (wasAway) this.#check.expire();
    this.#reindexing ??= this.#reindex().finally(() => {
      this.#reindexing = undefined;
    });
    return this.#reindexing;
  }

  /** Resolves once what is being added now of a patient's facts, but `except`, is in the index or failed to get there. */
  async #added(patientId: string, except: ReadonlySet<string>): Promise<void> {
    const additions = [...(this.#adding.get(patientId) ?? [])];
    const others = additions.filter(({ facts }) => facts.some(({ id }) => !except.has(id)));
    await Promise.all(others.map(({ done }) => done));
  }

  /** One more than are searched, to tell whether there are more. */
  async #unindexedOf(patientId: string): Promise<Fact[]> {
    const { index, record } = this.#stores;
    return record.unindexedOf(patientId, await index.id(), mostUnindexed + 1);
  }

  async #reindex(): Promise<boolean> {
    const { index, record } = this.#stores;
    const hold = { isClaimed: false };
    const claim = async (): Promise<boolean> => {
      hold.isClaimed = await record.claimIndexing({ owner: this.#owner, leaseMs });
      return hold.isClaimed;
    };
    await this.#check.run(claim);
    const id = await index.id();
    for (;;) {
      const facts = await record.unindexed(id, batch);
      if (facts.length === 0) break;
      if (!(await claim())) return false;
      await this.#check.writing(index.add(facts));
      this.#meanings.hurry(facts);
      await record.markIndexed(id, facts);
      if (facts.length < batch) break;
    }
    this.#meanings.hurry();
    if (hold.isClaimed) await record.claimIndexing({ owner: this.#owner, leaseMs: 0 });
    return true;
  }

  async #add(facts: readonly Fact[]): Promise<void> {
    if (!this.isOpen) throw new Error('The search index is away.');
    const { index, record } = this.#stores;
    const id = await index.id();
    await index.add(facts);
    this.#meanings.hurry(facts);
    await record.markIndexed(id, facts);
  }
}
