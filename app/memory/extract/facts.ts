import { createHash } from 'node:crypto';
import type { Fact, Scope } from '../../stores/types.ts';
import { statements } from './statements.ts';

/** A patient's message with its scope and time. */
export interface Said extends Scope {
  readonly id: string;
  readonly text: string;
  readonly recordedAt: string;
}

/** The facts of a message, quoted, without duplicates. The same message always gives the same facts and ids. */
export function factsOf({ patientId, sessionId, id: sourceId, text, recordedAt }: Said): Fact[] {
  return [...new Set(statements(text))].map((sentence) => ({
    id: contentId('fact', patientId, sessionId, sourceId, sentence),
    patientId,
    text: sentence,
    recordedAt,
    sourceId,
  }));
}

/** A content-derived id: equal parts give an equal id; 128 bits, so that collisions are not expected. */
export function contentId(kind: string, ...contents: readonly string[]): string {
  const hash = createHash('sha256').update(JSON.stringify([kind, ...contents]));
  return `${kind}:${hash.digest('base64url').slice(0, 22)}`;
}
