import type { Turn } from '../../contract/protocol.ts';
import type { Availability, History, Position, Scope, Stores } from '../stores/types.ts';

/** The turns of sessions: from the cache when it has got as far as the record, else from the record. */
export class SessionHistory {
  readonly #stores: Stores;
  readonly #availability: Availability;
  readonly #kept: number;

  /** `kept`: how many turns a cached session starts with. */
  constructor(stores: Stores, availability: Availability, kept: number) {
    this.#stores = stores;
    this.#availability = availability;
    this.#kept = kept;
  }

  async turns(scope: Scope, limit: number): Promise<Turn[]> {
    const { record } = this.#stores;
    const [last, cached] = await Promise.all([record.position(scope), this.#cached(scope, limit)]);
    if (last === undefined) return [];
    if (cached && isAt(cached, last)) return [...cached.turns];
    const history = await record.history(scope, Math.max(limit, this.#kept));
    if (history === undefined) return [];
    await this.#quietly((cache) => cache.fill(scope, history));
    return limit === 0 ? [] : history.turns.slice(-limit);
  }

  /** Caches a turn that the record already holds. Never fails: a cache that lacks it is not believed. */
  async remember(scope: Scope, position: Position, turn: Turn): Promise<void> {
    await this.#quietly((cache) => cache.addTurn(scope, position, turn));
  }

  #cached(scope: Scope, limit: number): Promise<History | undefined> {
    return this.#quietly((cache) => cache.recentTurns(scope, limit));
  }

  async #quietly<T>(work: (cache: Stores['cache']) => Promise<T>): Promise<T | undefined> {
    const { cache } = this.#stores;
    if (this.#availability(cache.name) !== 'open') return undefined;
    return work(cache).catch(() => undefined);
  }
}

const isAt = (cached: Position, last: Position): boolean =>
  cached.epoch === last.epoch && cached.offset === last.offset;
