import type { AnswerMode, Certainty, MessageFrame, Turn, UsedFact } from '../../contract/protocol.ts';
import type { IndexReport, ModelReport, PatientContext } from '../../contract/http.ts';
import type { Delta } from '../stores/replicas.ts';
import type {
  OwedMessage,
  Position,
  Scope,
  SessionEvent,
  SessionPosition,
  Settled,
} from '../stores/types.ts';

/** A patient's message, as its frame has it. */
export type Message = Omit<MessageFrame, 'type'>;

/** The memory as ws/ and http/ use it. `createMemory` in memory.ts creates one. */
export interface Memory {
  readonly mode: AnswerMode;
  /**
   * What a connection is shown first: what it missed since `from`, if that is all there and not too much, else the last
   * `limit` turns (from the cache, else from the record; then the cache is filled).
   */
  open(scope: Scope, limit: number, from?: Position): Promise<Opening>;
  /** The events of a session after an offset, in order; at most some hundred at once. */
  events(scope: Scope, after: number): Promise<SessionEvent[]>;
  /** The ends of the logs of several sessions. */
  positions(scopes: readonly Scope[]): Promise<SessionPosition[]>;
  /**
   * Commits a patient's message in the system of record. When it resolves, the message may be acknowledged.
   * @throws MessageRefusedError; UnknownOutcomeError; any other error means that nothing was stored.
   */
  accept(scope: Scope, message: Message): Promise<Accepted>;
  /**
   * Streams the answer to an accepted message, and stores how it ended. Recalls the facts it uses. When another process
   * makes it or has made it, that answer is waited for. `stop` ends an answer that is made here where it is, and stores it
   * so. Not called for a duplicate whose answer is already stored.
   * @throws NotOwedError; any other error means that it could not be stored how the answer ended.
   */
  answer(
    scope: Scope,
    message: Message,
    signal: AbortSignal,
    stop?: AbortSignal,
  ): AsyncGenerator<Delta, Ended>;
  /** Whether this process makes the answer to a message. */
  makes(scope: Scope, messageId: string): boolean;
  /**
   * Ends an answer that this process does not make. @returns none when another process makes it.
   * @throws NoSuchMessageError; NotOwedError.
   */
  stop(scope: Scope, messageId: string): Promise<Ended | undefined>;
  /** What is remembered of a patient. */
  context(patientId: string): Promise<PatientContext>;
  /**
   * Adds the facts to the search index that it lacks: an outage kept them out, or their process ended.
   * @param how whether the index was away, so that it may be an earlier copy of itself.
   */
  reindex(how?: { readonly wasAway: boolean }): Promise<void>;
  /** Whether the search index takes what it lacks. */
  index(): IndexReport;
  /** Reads facts from messages that none were read from yet, where there is a language model. */
  readFacts(): Promise<void>;
  /** Calls to the model for that, since the start. */
  factReadings(): ReadingCounts;
  /** Messages whose answer no living process makes. */
  owed(limit: number): Promise<OwedMessage[]>;
  /** Gives up the answers claimed here, for another process to make; called when this one ends. */
  handOver(): Promise<void>;
  /** Whether each configured model answered when it was last asked. */
  models(): readonly ModelReport[];
  /** Why search is by words only; none while it is by meaning too. */
  searchesByWordsOnly(): string | undefined;
  /** Ends what goes on in the background. */
  close(): Promise<void>;
}

/** Calls to the language model to read facts: read, or in vain. */
export interface ReadingCounts {
  readonly read: number;
  readonly failed: number;
  /** Facts that it answered and that were not stored. */
  readonly refused: number;
}

/** What a connection begins with. `missed` follow `position`; without `history` they are all that it lacks. */
export interface Opening {
  readonly position: Position;
  readonly missed: readonly SessionEvent[];
  /** Oldest first; absent when the client has everything up to `position`. */
  readonly history?: readonly Turn[];
}

export interface Accepted {
  /** The commit of the message. */
  readonly event: SessionEvent;
  /** Whether it was there already. */
  readonly isDuplicate: boolean;
  /** Whether something is remembered that was not before. */
  readonly isRemembered: boolean;
  /** How it was answered, when that is already stored. */
  readonly outcome?: Settled | undefined;
}

/** A whole answer and the facts it used. */
export interface Answer {
  readonly text: string;
  readonly facts: readonly UsedFact[];
  /** How sure it is that they are what was asked for; absent where nothing was asked. */
  readonly certainty?: Certainty;
  /** Why the answer may lack facts that the memory has. */
  readonly degraded?: string;
}

/** How an answer ended, and whether that was stored just now: then nobody else was told. */
export interface Ended {
  readonly settled: Settled;
  readonly isNew: boolean;
}

/** The answer is owed no more: its message was replaced by an edit. */
export class NotOwedError extends Error {
  override readonly name = 'NotOwedError';
}

/** Tells the operator of what a patient is told in fixed words only: addresses and a provider's text are not theirs. */
export type Warn = (what: string, error: unknown) => void;
