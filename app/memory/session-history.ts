import type { Turn } from '../../contract/protocol.ts';
import type { Availability, Scope, Stores } from '../stores/types.ts';

/** The turns of sessions, from the cache when it is complete, else from the record. */
export class SessionHistory {
  readonly #stores: Stores;
  readonly #availability: Availability;
  readonly #kept: number;
  /** Sessions of which the cache lacks a turn: they are filled again before the cache is used. */
  readonly #stale = new Set<string>();

  /** `kept`: how many turns a cached session starts with. */
  constructor(stores: Stores, availability: Availability, kept: number) {
    this.#stores = stores;
    this.#availability = availability;
    this.#kept = kept;
  }

  async turns(scope: Scope, limit: number): Promise<Turn[]> {
    const cached = await this.#cached(scope, limit);
    if (cached !== undefined) return cached;
    const turns = await this.#stores.record.history(scope, Math.max(limit, this.#kept));
    await this.#fill(scope, turns);
    return limit === 0 ? [] : turns.slice(-limit);
  }

  /** Caches turns that the record already holds. Never fails: the record has them. */
  async remember(scope: Scope, ...turns: readonly Turn[]): Promise<void> {
    try {
      let isCached = this.#isTrusted(scope);
      for (const turn of turns) isCached &&= await this.#stores.cache.addTurn(scope, turn);
      if (!isCached) await this.#refill(scope);
    } catch {
      this.#stale.add(keyOf(scope));
    }
  }

  async #cached(scope: Scope, limit: number): Promise<Turn[] | undefined> {
    if (!this.#isTrusted(scope)) return undefined;
    try {
      return await this.#stores.cache.recentTurns(scope, limit);
    } catch {
      return undefined;
    }
  }

  async #refill(scope: Scope): Promise<void> {
    if (!this.#isOpen()) this.#stale.add(keyOf(scope));
    else await this.#fill(scope, await this.#stores.record.history(scope, this.#kept));
  }

  async #fill(scope: Scope, turns: readonly Turn[]): Promise<void> {
    if (!this.#isOpen()) return;
    try {
      await this.#stores.cache.fill(scope, turns);
      this.#stale.delete(keyOf(scope));
    } catch {
      this.#stale.add(keyOf(scope));
    }
  }

  #isOpen(): boolean {
    return this.#availability(this.#stores.cache.name) === 'open';
  }

  #isTrusted(scope: Scope): boolean {
    return this.#isOpen() && !this.#stale.has(keyOf(scope));
  }
}

const keyOf = ({ patientId, sessionId }: Scope): string => JSON.stringify([patientId, sessionId]);
