import type { GateState } from '../../model/report.ts';
import type { Stated, Statement } from '../knowledge/statement.ts';
import type { Meaning } from '../meaning/embedder.ts';
import type { Likeness } from '../memory/recall/ranking.ts';
import type { Certainty, Turn, UsedFact } from '../../contract/protocol.ts';
import type { StoreName } from '../../contract/services/backend-variables.ts';

/** The three store interfaces. Each has a remote and an embedded implementation; one store suite tests both. */

/** A patient's conversation. Comes from the path and token of a connection, never from a frame. */
export interface Scope {
  readonly patientId: string;
  readonly sessionId: string;
}

/** A turn before its commit, which numbers it. */
export type NewTurn = Omit<Turn, 'offset' | 'replacedBy' | 'stopped' | 'failed'>;

/** A raw turn with its patient and session. */
export type Episode = NewTurn & Scope;

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

/** A fact as the record has it. */
export interface StoredFact extends Fact {
  /** The commit of its message: of two facts of a patient the one with the higher number was said later. */
  readonly place: number;
}

export interface Store {
  readonly name: StoreName;
  /**
   * One round trip that proves the store usable: connected, authorised, writable.
   * Connects when it is not connected; creates constraints, indexes, collections when they are missing.
   * @param onWork told, in words, what takes longer than a round trip once the store has answered.
   * @throws Error with the client's message when it does not answer within STORE_TIMEOUT.
   */
  connect(onWork?: (work: string) => void): Promise<void>;
  /** Closes the connection. Safe to call twice. */
  close(): Promise<void>;
}

/** How far a session's log has got. */
export interface Position {
  /** Random, made with the session: an offset means something only together with it. */
  readonly epoch: string;
  /** The commit number of the last event within the session, without gaps from 1; 0 before the first. */
  readonly offset: number;
}

/** What an event of a session's log is about. `forgotten` is reserved. */
export const eventKinds = ['turn', 'answer', 'edited', 'stopped', 'failed'] as const;
export type EventKind = (typeof eventKinds)[number];

/** What the commit of a patient's message is about. */
export const kindOf = ({ replaces }: NewTurn): EventKind => (replaces === undefined ? 'turn' : 'edited');

/** One commit of a session. A failure is the turn of an answer without text; an edit, of the message that replaces. */
export interface SessionEvent {
  readonly epoch: string;
  readonly kind: EventKind;
  readonly turn: Turn;
  /** The facts an answer used. */
  readonly facts: readonly UsedFact[];
  /** How sure it is that they are what was asked for. */
  readonly certainty?: Certainty | undefined;
  /** Why an answer may lack facts that the memory has. */
  readonly degraded?: string | undefined;
  /** The attempt that ended so, of an answer; none of one that an earlier release stored. */
  readonly attempt?: number | undefined;
}

/** The right to answer a message, while its lease runs. */
export interface Claim extends Scope {
  readonly messageId: string;
  /** Counts the claims of this answer; only the newest may be settled. */
  readonly attempt: number;
  /** How many attempts in a row were begun, this one included; starts again after a stored failure. */
  readonly tries: number;
}

/** Who claims, and for how many milliseconds on the clock of the record. */
export interface Lease {
  readonly owner: string;
  readonly leaseMs: number;
}

export type OutcomeKind = Extract<EventKind, 'answer' | 'stopped' | 'failed'>;

/** How an owed answer ended. */
export interface Outcome {
  readonly kind: OutcomeKind;
  readonly turn: NewTurn;
  /** The facts the answer used. */
  readonly facts: readonly UsedFact[];
  /** How sure it is that they are what was asked for. */
  readonly certainty?: Certainty;
  /** Why the answer may lack facts that the memory has. */
  readonly degraded?: string;
}

/** The turn of an outcome with its number. */
export const numbered = ({ kind, turn }: Outcome, offset: number): Turn => ({
  ...turn,
  offset,
  ...(kind === 'stopped' ? { stopped: true } : {}),
});

/** An outcome that the record has. */
export type Settled = SessionEvent & { readonly kind: OutcomeKind };

/** The claim; or how the answer ended; or that another owner's lease is running, or that the message was replaced. */
export type Claimed =
  | { readonly state: 'claimed'; readonly claim: Claim }
  | { readonly state: 'settled'; readonly outcome: Settled }
  | { readonly state: 'busy' }
  | { readonly state: 'replaced' };

/** A message whose answer is owed, and whose lease has run out. */
export interface OwedMessage extends Scope {
  readonly messageId: string;
  readonly text: string;
}

/** A message that no facts were read from yet, taken to be read while its lease runs. */
export interface UnreadMessage extends OwedMessage {
  readonly recordedAt: string;
  /** How often it was taken; only the newest attempt may say what became of it. */
  readonly attempt: number;
}

/** How many messages no facts were read from. */
export interface UnreadCount {
  readonly inAll: number;
  /** Those that were taken so often, or more. */
  readonly failing: number;
}

/** A message as the record has it. */
export interface StoredMessage extends Position {
  readonly recordedAt: string;
  /** Whether it was there already. */
  readonly duplicate: boolean;
}

/** The position of one of several sessions. */
export type SessionPosition = Scope & Position;

/** The last turns of a session, and the position they reach to. */
export interface History extends Position {
  /** Oldest first; an answer follows its message. */
  readonly turns: readonly Turn[];
}

/**
 * System of record: Neo4j, or SQLite. A session is a log; everything is ordered by commit, never by clock. A write
 * survives a crash once its method returned. A write that throws anything but UnknownOutcomeError changed nothing.
 */
export interface RecordStore extends Store {
  /**
   * Writes a patient's message, its facts (which no index holds yet), and that its answer is owed, in one transaction.
   * `id` is an idempotency key within the session. `lease` claims the answer at once, as its first attempt. A message that
   * `replaces` another marks it and its answer; its facts are not recalled any more, and an answer that it is owed is not.
   * @throws IdReusedError when the id was used for another text; NothingToReplaceError.
   */
  addMessage(episode: Episode, facts: readonly Fact[], lease?: Lease): Promise<StoredMessage>;
  /** The answer to a message is owed once more if it failed; anybody may claim it. Else nothing changes. */
  oweAgain(scope: Scope, messageId: string): Promise<void>;
  /**
   * Claims the answer to a message, unless it is settled or another owner's lease is running.
   * @throws Error when there is no such message.
   */
  claim(scope: Scope, messageId: string, lease: Lease): Promise<Claimed>;
  /** Whether the answer is owed, and another owner's lease on it is running. Only reads. */
  isBusy(scope: Scope, messageId: string): Promise<boolean>;
  /** Lets the leases of these claims run from now. @returns those that were lost, or are settled, which stay so. */
  renew(claims: readonly Claim[], leaseMs: number): Promise<Claim[]>;
  /** Ends leases early, so that the answers are taken up elsewhere at once; the attempts do not count as tries. */
  release(claims: readonly Claim[]): Promise<void>;
  /**
   * Commits how an answer ended, if the claim is still the newest.
   * @returns the outcome the record has: this one, or another attempt's, or none when another attempt is being made.
   */
  settle(claim: Claim, outcome: Outcome): Promise<Settled | undefined>;
  /** Messages that are owed an answer by no living owner, the longest waiting first. */
  owed(limit: number): Promise<OwedMessage[]>;
  /** How a message was answered, if it was. */
  outcomeOf(scope: Scope, messageId: string): Promise<Settled | undefined>;
  /** The end of a session's log; none of an unknown session. */
  position(scope: Scope): Promise<Position | undefined>;
  /** The ends of several logs; those of unknown sessions are left out. */
  positions(scopes: readonly Scope[]): Promise<SessionPosition[]>;
  /** The events of a session after an offset, in order. */
  events(scope: Scope, after: number, limit: number): Promise<SessionEvent[]>;
  /** The last `limit` turns of a session; none of an unknown session. */
  history(scope: Scope, limit: number): Promise<History | undefined>;
  /** The patient's last `limit` turns of all sessions, in the order of their commits. */
  recent(patientId: string, limit: number): Promise<Turn[]>;
  /** A patient's newest facts, the last committed first. */
  facts(patientId: string, limit: number): Promise<StoredFact[]>;
  /** Facts by id; ids of other patients are silently not found. */
  factsById(patientId: string, ids: readonly string[]): Promise<StoredFact[]>;
  /**
   * Takes messages that no facts were read from and that are due, the last due first, so that what is told now does not wait
   * for what was told long ago. They are due again when the lease has run out, unless `markRead` or `postpone` came first.
   */
  takeUnread(limit: number, leaseMs: number): Promise<UnreadMessage[]>;
  /**
   * Stores what was read from a message, which is unread no more, in one transaction. Does nothing after a newer attempt, or
   * when the message was replaced meanwhile.
   */
  markRead(message: UnreadMessage, stated: readonly Stated[]): Promise<void>;
  /** A message could not be read: it is due again after so many milliseconds. */
  postpone(message: UnreadMessage, ms: number): Promise<void>;
  unread(failingFrom: number): Promise<UnreadCount>;
  /** What a patient stated last, in messages that were not replaced; the last committed first. */
  statements(patientId: string, limit: number): Promise<Statement[]>;
  /**
   * Claims the filling of the search index, which one process does at a time, or holds on to it; with a lease of 0
   * milliseconds gives it up.
   * @returns whether it is had.
   */
  claimIndexing(lease: Lease): Promise<boolean>;
  /** The outbox of the search index `indexId`: facts that it does not hold yet, in the order of their commits. */
  unindexed(indexId: string, limit: number): Promise<Fact[]>;
  /** Of one patient those facts, without replaced ones; the last committed first. */
  unindexedOf(patientId: string, indexId: string, limit: number): Promise<Fact[]>;
  /** How many facts the index `indexId` holds, as far as was recorded. */
  indexed(indexId: string): Promise<number>;
  /** Records that the index `indexId` holds these facts. */
  markIndexed(indexId: string, facts: readonly Fact[]): Promise<void>;
}

/** A part of a fact that has no vector of an embedder. */
export interface Unembedded {
  /** Its id in the index. */
  readonly window: string;
  readonly patientId: string;
  readonly text: string;
}

/** What such a part means. */
export interface Embedded extends Unembedded {
  readonly meaning: Meaning;
}

/** What an index has of vectors, to one embedder. */
export interface MeaningsHeld {
  /** Whether every window had a vector of this embedder once; since then only what is told anew may lack one. */
  readonly isWhole: boolean;
  /** Ids of the other embedders whose vectors are whole. */
  readonly others: readonly string[];
}

/** What a question means, to the embedder that says so. */
export interface AskedMeaning {
  readonly embedder: string;
  readonly meaning: Meaning;
}

/** What facts are searched for. */
export interface Query {
  readonly text: string;
  /** The most facts that are wanted. */
  readonly limit: number;
  /** Where it is known: then by meaning too. */
  readonly asked?: AskedMeaning | undefined;
  /** Ids of facts that are as if they were not there: those of the message that asks. */
  readonly except?: ReadonlySet<string> | undefined;
  /** What the index may not hold yet: found as if it did. */
  readonly unindexed?: readonly UnindexedWindow[];
}

/** A part of a fact that no index may hold yet. */
export interface UnindexedWindow {
  readonly factId: string;
  readonly text: string;
  /** None where it is not known. */
  readonly meaning?: Meaning | undefined;
}

/** A fact that was found, by its best window. */
export interface Hit extends Likeness {
  readonly factId: string;
  readonly score: number;
  /** Of the window: from 0, it tells something, to 1, it asks. */
  readonly asks: number;
  /** Of the window, ISO 639-1; empty where it is not known. */
  readonly language: string;
  /** How far the best hit is an answer; absent of others, and where that is not known. */
  readonly answers?: number | undefined;
}

/**
 * Search over facts: Qdrant, or SQLite. Rebuildable from the record; adding twice changes nothing. Facts are found by their
 * words from when they were added, and by meaning from when their windows were embedded.
 */
export interface SearchIndex extends Store {
  /**
   * The id of this index. An index that was lost and created again has another, so that the record knows it is empty.
   * Connects when it is not connected.
   */
  id(): Promise<string>;
  add(facts: readonly Fact[]): Promise<void>;
  /** How many facts it holds. */
  held(): Promise<number>;
  /** @throws Error in words when it takes no writes, though it may be searched. */
  proveWritable(): Promise<void>;
  /** Makes it another index, of another id: it has lost facts, and the record adds all again. */
  renew(): Promise<void>;
  /** Where it has lost vectors of an embedder, all windows are unembedded again. */
  renewLostMeanings(embedder: string): Promise<void>;
  /** Windows that have no vector of this embedder yet. */
  unembedded(embedder: string, limit: number): Promise<Unembedded[]>;
  /** The vectors of each embedder are held beside those of the others. */
  meaningsHeld(embedder: string): Promise<MeaningsHeld>;
  /** Says that every window has a vector of this embedder. */
  markWhole(embedder: string): Promise<void>;
  /**
   * To be called now and then while this embedder is configured: says that its vectors are in use, and once they are whole
   * drops those of others that no process uses. docs/adr/0021
   */
  keepMeanings(embedder: string): Promise<void>;
  /** Adds their vectors. @throws Error when they are not as long as those that are there. */
  addMeanings(embedder: string, embedded: readonly Embedded[]): Promise<void>;
  /**
   * The patient's best matching facts by words, and by meaning where what the text means is known, best first. What asks
   * comes behind all that tells, and changes no score.
   */
  search(patientId: string, query: Query): Promise<Hit[]>;
}

/**
 * Sessions and recent turns: Redis, or the memory of the only process. Expires after REDIS_SESSION_TTL; never the only copy of anything. What it
 * has of a session counts only while the record's position is the same.
 */
export interface SessionCache extends Store {
  /**
   * Adds the turn committed at `position` and restarts the time to live. A turn already cached is not added again.
   * @returns false when the session is not cached up to the offset before: then nothing is added, since a part of a
   * session would be taken for the whole; `fill` it from the record instead.
   */
  addTurn(scope: Scope, position: Position, turn: Turn): Promise<boolean>;
  /** The last turns and the position they reach to; `undefined` when the session is not cached, or not so many turns. */
  recentTurns(scope: Scope, limit: number): Promise<History | undefined>;
  /** Caches a session as the record has it, unless the cache has got further in the same epoch. */
  fill(scope: Scope, history: History): Promise<void>;
}

export interface Stores {
  readonly record: RecordStore;
  readonly index: SearchIndex;
  readonly cache: SessionCache;
}

/** Whether each store may be used now; the gates implement it. */
export type Availability = (name: string) => GateState;

/** What the record refuses: the fault is the sender's, and nothing was stored. */
export abstract class MessageRefusedError extends Error {
  abstract readonly code: 'ID_REUSED' | 'NOTHING_TO_REPLACE' | 'NO_SUCH_MESSAGE';
}

/** The message id was already used in this session, for another text. */
export class IdReusedError extends MessageRefusedError {
  override readonly name = 'IdReusedError';
  readonly code = 'ID_REUSED';

  constructor() {
    super('This message id was already used in this session for another text; a new message needs a new id.');
  }
}

/** The message an edit replaces is not in this session, or was replaced by another edit. */
export class NothingToReplaceError extends MessageRefusedError {
  override readonly name = 'NothingToReplaceError';
  readonly code = 'NOTHING_TO_REPLACE';

  constructor() {
    super('The message to be replaced is not in this session, or was replaced already. Nothing was stored.');
  }
}

export class NoSuchMessageError extends MessageRefusedError {
  override readonly name = 'NoSuchMessageError';
  readonly code = 'NO_SUCH_MESSAGE';

  constructor(id: string) {
    super(`The record has no message ${JSON.stringify(id)} in this session.`);
  }
}

/** A write of which it is not known whether it was committed. Repeated with the same id it changes nothing twice. */
export class UnknownOutcomeError extends Error {
  constructor(cause: unknown) {
    super('It is not known whether this was stored.', { cause });
    this.name = 'UnknownOutcomeError';
  }
}

/**
 * An error as it was before it went between threads, which its class does not survive; any other one as it came.
 * @param name of its class.
 */
export function revived(name: string, error: Error): Error {
  if (name === 'UnknownOutcomeError') return new UnknownOutcomeError(error.cause);
  const Refusal = [IdReusedError, NothingToReplaceError, NoSuchMessageError].find((one) => one.name === name);
  return Refusal ? Object.assign(new Refusal(''), { message: error.message }) : error;
}
