import type { Availability, History, Position, Scope, SessionEvent, Stores } from '../stores/types.ts';

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

  /** The last turns, and the position they reach to; the beginning of the log when the session is unknown. */
  async read(scope: Scope, limit: number): Promise<History> {
    const { record } = this.#stores;
    const cached = await this.#cached(scope, limit);
    if (cached && isAt(cached, await record.position(scope))) return cached;
    const history = await record.history(scope, Math.max(limit, this.#kept));
    if (history === undefined) return beginning;
    await this.#quietly((cache) => cache.fill(scope, history));
    return { ...history, turns: limit === 0 ? [] : history.turns.slice(-limit) };
  }

  /**
   * Caches a turn that the record already holds; the first commit of a session is all of it. Never fails: a cache that
   * lacks a turn is not believed. A failure is no turn, and an edit marks turns that are cached already: both are left to
   * the next reader.
   */
  async remember(scope: Scope, { epoch, kind, turn }: SessionEvent): Promise<void> {
    if (kind === 'edited' || kind === 'failed') return;
    const { offset } = turn;
    await this.#quietly<unknown>((cache) =>
      offset === 1
        ? cache.fill(scope, { epoch, offset, turns: [turn] })
        : cache.addTurn(scope, { epoch, offset }, turn),
    );
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

const beginning: History = { epoch: '', offset: 0, turns: [] };

const isAt = (cached: Position, last: Position | undefined): boolean =>
  cached.epoch === last?.epoch && cached.offset === last.offset;
