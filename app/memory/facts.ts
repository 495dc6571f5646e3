import { createHash } from 'node:crypto';
import type { Fact, Scope } from '../stores/types.ts';
import { passagesOf } from './recall/windows.ts';

/** A patient's message with its scope and time. */
export interface Said extends Scope {
  readonly id: string;
  readonly text: string;
  readonly recordedAt: string;
}

/** The facts of a message: its passages, in the patient's own words, without duplicates. The same message always gives the same facts and ids. */
export function factsOf({ patientId, sessionId, id: sourceId, text, recordedAt }: Said): Fact[] {
  return [...new Set(passagesOf(text))].map((passage) => ({
    id: contentId('fact', patientId, sessionId, sourceId, passage),
    patientId,
    text: passage,
    recordedAt,
    sourceId,
  }));
}

/** A content-derived id: equal parts give an equal id; 128 bits, so that collisions are not expected. */
export function contentId(kind: string, ...contents: readonly string[]): string {
  const hash = createHash('sha256').update(JSON.stringify([kind, ...contents]));
  return `${kind}:${hash.digest('base64url').slice(0, 22)}`;
}
