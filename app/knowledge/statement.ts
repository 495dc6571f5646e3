/** Something a patient stated in one message, as a model read it: a fact in parts, or that one ended. */
export interface Stated {
  /** `patient`, or another person as the patient calls them. */
  readonly subject: string;
  readonly predicate: string;
  /** What a dose is the dose of; empty for other predicates. */
  readonly object: string;
  /** Which of several daily doses it is; empty where there is one. */
  readonly occasion: string;
  /** Empty only for the end of every earlier dose of a medicine. */
  readonly value: string;
  /** The day from which it holds, or on which it ended, where the patient said so: `2026-11-30`. */
  readonly validAt?: string | undefined;
  /** The patient said that it does not hold any more. */
  readonly ends: boolean;
  /** The patient's own words that say it. */
  readonly quote: string;
}

/** The id of a part of what was read from a message; the same whichever process reads it. */
export const statementId = (
  { sessionId, messageId }: { readonly sessionId: string; readonly messageId: string },
  part: number,
): string => JSON.stringify([sessionId, messageId, part]);

/** A statement as the record has it. It is never changed: whether it still holds follows from the others (`validity`). */
export interface Statement extends Stated {
  readonly patientId: string;
  /** Of its session, message and place in it. */
  readonly id: string;
  readonly recordedAt: string;
  /** Id of the message it was stated in. */
  readonly sourceId: string;
  /** The commit of that message: of two statements the one with the higher number was said later. */
  readonly place: number;
}
