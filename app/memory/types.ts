import type { AnswerMode, Turn, UsedFact } from '../../contract/protocol.ts';
import type { PatientContext } from '../../contract/http.ts';
import type { Scope } from '../stores/types.ts';

/** What the WebSocket and HTTP rooms ask of the memory. `createMemory` in memory.ts makes one. */
export interface Memory {
  readonly mode: AnswerMode;
  /** Past turns for the welcome frame: from the cache, else from the record (then the cache is filled). */
  history(scope: Scope, limit: number): Promise<Turn[]>;
  /**
   * Commits a patient's message in the system of record. When it resolves, the message may be acknowledged.
   * @throws IdReusedError; any other error means that nothing was stored.
   */
  accept(scope: Scope, message: { readonly id: string; readonly text: string }): Promise<Accepted>;
  /**
   * Makes and stores the answer to an accepted message, piece by piece; recall happens inside.
   * Not called for a duplicate whose answer is already stored.
   */
  answer(
    scope: Scope,
    message: { readonly id: string; readonly text: string },
    signal: AbortSignal,
  ): AsyncGenerator<string, Answer>;
  /** What is remembered of a patient. */
  context(patientId: string): Promise<PatientContext>;
  /** Puts into the search index what an outage kept out of it; called when the index is back. */
  reindex(): Promise<void>;
}

export interface Accepted {
  readonly recordedAt: string;
  readonly duplicate: boolean;
  /** The answer that is already stored, so that none must be made. */
  readonly answer?: Turn;
}

/** The end of an answer: its whole text and what it used. */
export interface Answer {
  readonly text: string;
  readonly facts: readonly UsedFact[];
  /** Why it may know less than the memory holds. */
  readonly degraded?: string;
}
