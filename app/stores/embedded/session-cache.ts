import { LRUCache } from 'lru-cache';
import type { Turn } from '../../../contract/protocol.ts';
import { redisName } from '../../../contract/services/redis.ts';
import { conversationOrder } from '../conversation-order.ts';
import type { History, Position, Scope, SessionCache } from '../types.ts';

export interface EmbeddedCacheOptions {
  /** Seconds after which a silent session is forgotten. */
  readonly ttl: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** Most bytes of all sessions, and of one: a longer session is read from the record. */
const mostBytes = 16 * 1024 * 1024;
const mostSessionBytes = 2 * 1024 * 1024;

/** Bytes of a turn beside its text. */
const turnBytes = 400;

const bytesOf = (turns: readonly Turn[]): number =>
  turns.reduce((bytes, { text }) => bytes + turnBytes + 2 * text.length, turnBytes);

interface Cached extends History {
  readonly bytes: number;
}

/** Recent turns in the memory of the process, which is the only one on its record; forgotten after the time to live. */
export class EmbeddedSessionCache implements SessionCache {
  readonly name = redisName;
  readonly #sessions: LRUCache<string, Cached>;

  constructor({ ttl, now }: EmbeddedCacheOptions) {
    this.#sessions = new LRUCache({
      ttl: ttl * 1_000,
      perf: { now },
      ttlResolution: 0,
      maxSize: mostBytes,
      maxEntrySize: mostSessionBytes,
      sizeCalculation: ({ bytes }) => bytes,
    });
  }

  async connect(): Promise<void> {
    // Memory is there.
  }

  async close(): Promise<void> {
    this.#sessions.clear();
  }

  async addTurn(scope: Scope, { epoch, offset }: Position, turn: Turn): Promise<boolean> {
    const cached = this.#sessions.get(keyOf(scope));
    if (cached?.epoch !== epoch || cached.offset < offset - 1) return false;
    const added = cached.offset < offset ? [turn] : [];
    this.#keep(scope, {
      epoch,
      offset: Math.max(cached.offset, offset),
      turns: [...cached.turns, ...added],
      bytes: cached.bytes + bytesOf(added),
    });
    return true;
  }

  async recentTurns(scope: Scope, limit: number): Promise<History | undefined> {
    const cached = this.#sessions.get(keyOf(scope));
    if (cached === undefined) return undefined;
    const { epoch, offset, turns } = cached;
    return { epoch, offset, turns: limit === 0 ? [] : conversationOrder(turns).slice(-limit) };
  }

  async fill(scope: Scope, history: History): Promise<void> {
    const cached = this.#sessions.get(keyOf(scope));
    if (cached?.epoch === history.epoch && cached.offset > history.offset) return;
    this.#keep(scope, { ...history, bytes: bytesOf(history.turns) });
  }

  #keep(scope: Scope, session: Cached): void {
    this.#sessions.set(keyOf(scope), session);
  }
}

const keyOf = ({ patientId, sessionId }: Scope): string => JSON.stringify([patientId, sessionId]);
