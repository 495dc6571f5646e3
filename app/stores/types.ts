import type { GateState } from '../../model/report.ts';
import type { Turn } from '../../contract/protocol.ts';
import type { StoreName } from '../../contract/services/backend-variables.ts';

/** The three store interfaces. Each has a remote and an embedded implementation; one store suite tests both. */

/** A patient's conversation. Comes from the path and token of a connection, never from a frame. */
export interface Scope {
  readonly patientId: string;
  readonly sessionId: string;
}

/** A raw turn with its patient and session. */
export type Episode = Turn & Scope;

/** Something the patient said about themselves, quoted, with the turn it is from. */
export interface Fact {
  /** Content-derived: the same sentence of the same message has the same id. */
  readonly id: string;
  readonly patientId: string;
  /** The patient's own words. */
  readonly text: string;
  readonly recordedAt: string;
  /** Id of the message it was said in. */
  readonly sourceId: string;
}

export interface Store {
  readonly name: StoreName;
  /**
   * One round trip that proves the store usable: connected, authorised, writable.
   * Connects when it is not connected; creates constraints, indexes, collections when they are missing.
   * @throws Error with the client's message when it does not answer within STORE_TIMEOUT.
   */
  connect(): Promise<void>;
  /** Closes the connection. Safe to call twice. */
  close(): Promise<void>;
}

/** System of record: Neo4j, or SQLite. A write survives a crash once its method returned. */
export interface RecordStore extends Store {
  /**
   * Writes a patient's message and its facts in one transaction. `id` is an idempotency key within the session.
   * @returns when it was first recorded, and whether it had been already.
   * @throws IdReusedError when the id was used for another text.
   */
  addMessage(episode: Episode, facts: readonly Fact[]): Promise<{ recordedAt: string; duplicate: boolean }>;
  /** Writes the answer to message `episode.replyTo`; a second answer to the same message changes nothing. */
  addAnswer(episode: Episode): Promise<void>;
  /** The answer to a message, if one was stored. */
  answerTo(scope: Scope, messageId: string): Promise<Turn | undefined>;
  /** The last `limit` turns of the session, oldest first; an answer follows its message. */
  history(scope: Scope, limit: number): Promise<Turn[]>;
  /** The patient's last `limit` turns of all sessions, oldest first. */
  recent(patientId: string, limit: number): Promise<Turn[]>;
  /** A patient's newest facts, newest first. */
  facts(patientId: string, limit: number): Promise<Fact[]>;
  /** Facts by id; ids of other patients are silently not found. */
  factsById(patientId: string, ids: readonly string[]): Promise<Fact[]>;
  /** Facts that the search index `indexId` does not hold yet, oldest first. */
  unindexed(indexId: string, limit: number): Promise<Fact[]>;
  /** Records that the index `indexId` holds these facts. */
  markIndexed(indexId: string, facts: readonly Fact[]): Promise<void>;
}

/** Search over facts: Qdrant, or SQLite. Rebuildable from the record; adding twice changes nothing. */
export interface SearchIndex extends Store {
  /**
   * The id of this index. An index that was lost and created again has another, so that the record knows it is empty.
   * Connects when it is not connected.
   */
  id(): Promise<string>;
  add(facts: readonly Fact[]): Promise<void>;
  /** The patient's best matching facts by words (and by meaning when embeddings are configured), best first. */
  search(
    patientId: string,
    query: string,
    limit: number,
  ): Promise<{ readonly factId: string; readonly score: number }[]>;
}

/** Sessions and recent turns: Redis, or SQLite. Expires after REDIS_SESSION_TTL; never the only copy of anything. */
export interface SessionCache extends Store {
  /**
   * Adds a turn and restarts the time to live. A turn already cached is not added again.
   * @returns false when the session is not cached: then nothing is added, since a part of a session would be taken for
   * the whole; `fill` it from the record instead.
   */
  addTurn(scope: Scope, turn: Turn): Promise<boolean>;
  /** Recent turns, oldest first; `undefined` when the session is not cached (then the record is asked). */
  recentTurns(scope: Scope, limit: number): Promise<Turn[] | undefined>;
  /** Caches a session as the record has it. Turns cached meanwhile that `turns` lacks are kept. */
  fill(scope: Scope, turns: readonly Turn[]): Promise<void>;
}

export interface Stores {
  readonly record: RecordStore;
  readonly index: SearchIndex;
  readonly cache: SessionCache;
}

/** Whether each store may be used now; the gates implement it. */
export type Availability = (name: string) => GateState;

/** The message id was already used in this session, for another text. */
export class IdReusedError extends Error {
  constructor(id: string) {
    super(
      `The message id "${id}" was already used in this session for another text; a new message needs a new id.`,
    );
    this.name = 'IdReusedError';
  }
}
