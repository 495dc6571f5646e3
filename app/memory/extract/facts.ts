import { createHash } from 'node:crypto';
import type { Fact, Scope } from '../../stores/types.ts';
import { statements } from './statements.ts';

/** A patient's message with whose it is and when it was said. */
export interface Said extends Scope {
  readonly id: string;
  readonly text: string;
  readonly recordedAt: string;
}

/** The facts of a message, each once, quoted. The same message has the same facts with the same ids, always. */
export function factsOf({ patientId, sessionId, id: sourceId, text, recordedAt }: Said): Fact[] {
  return [...new Set(statements(text))].map((sentence) => ({
    id: contentId('fact', patientId, sessionId, sourceId, sentence),
    patientId,
    text: sentence,
    recordedAt,
    sourceId,
  }));
}

/** An id made of contents: equal contents, equal id; 128 bits, so that different ones never meet. */
export function contentId(kind: string, ...contents: readonly string[]): string {
  const hash = createHash('sha256').update(JSON.stringify([kind, ...contents]));
  return `${kind}:${hash.digest('base64url').slice(0, 22)}`;
}
