import type { AnswerMode, Turn, UsedFact } from '../../contract/protocol.ts';
import type { PatientContext } from '../../contract/http.ts';
import type { OwedMessage, Scope } from '../stores/types.ts';

/** The memory as ws/ and http/ use it. `createMemory` in memory.ts creates one. */
export interface Memory {
  readonly mode: AnswerMode;
  /** Past turns for the welcome frame: from the cache, else from the record (then the cache is filled). */
  history(scope: Scope, limit: number): Promise<Turn[]>;
  /**
   * Commits a patient's message in the system of record. When it resolves, the message may be acknowledged.
   * @throws IdReusedError; UnknownOutcomeError; any other error means that nothing was stored.
   */
  accept(scope: Scope, message: { readonly id: string; readonly text: string }): Promise<Accepted>;
  /**
   * Streams the answer to an accepted message, and stores it. Recalls the facts it uses. When another process makes it
   * or has made it, that answer is waited for, and comes whole. Not called for a duplicate whose answer is already stored.
   */
  answer(
    scope: Scope,
    message: { readonly id: string; readonly text: string },
    signal: AbortSignal,
  ): AsyncGenerator<string, Answer>;
  /** What is remembered of a patient. */
  context(patientId: string): Promise<PatientContext>;
  /** Adds the facts to the search index that it lacks: an outage kept them out, or their process ended. */
  reindex(): Promise<void>;
  /** Messages whose answer no living process makes. */
  owed(limit: number): Promise<OwedMessage[]>;
  /** Gives up the answers claimed here, for another process to make; called when this one ends. */
  handOver(): Promise<void>;
}

export interface Accepted {
  readonly recordedAt: string;
  readonly duplicate: boolean;
  /** The answer, when one is already stored. */
  readonly answer?: Answer;
}

/** A whole answer and the facts it used. */
export interface Answer {
  readonly text: string;
  readonly facts: readonly UsedFact[];
  /** Why the answer may lack facts that the memory has. */
  readonly degraded?: string;
}

/** Tells the operator of what a patient is told in fixed words only: addresses and a provider's text are not theirs. */
export type Warn = (what: string, error: unknown) => void;
