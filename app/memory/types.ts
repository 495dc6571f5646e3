import type { AnswerMode, Turn, UsedFact } from '../../contract/protocol.ts';
import type { PatientContext } from '../../contract/http.ts';
import type { Scope } from '../stores/types.ts';

/** The memory as ws/ and http/ use it. `createMemory` in memory.ts creates one. */
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
   * Streams the answer to an accepted message, and stores it. Recalls the facts it uses.
   * Not called for a duplicate whose answer is already stored.
   */
  answer(
    scope: Scope,
    message: { readonly id: string; readonly text: string },
    signal: AbortSignal,
  ): AsyncGenerator<string, Answer>;
  /** What is remembered of a patient. */
  context(patientId: string): Promise<PatientContext>;
  /** Adds the facts to the search index that an outage kept out; called when the index is back. */
  reindex(): Promise<void>;
}

export interface Accepted {
  readonly recordedAt: string;
  readonly duplicate: boolean;
  /** The answer, when one is already stored. */
  readonly answer?: Turn;
}

/** A whole answer and the facts it used. */
export interface Answer {
  readonly text: string;
  readonly facts: readonly UsedFact[];
  /** Why the answer may lack facts that the memory has. */
  readonly degraded?: string;
}
