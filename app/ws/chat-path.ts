import { httpPaths } from '../../contract/services/backend.ts';
import { idOf } from '../http/path-ids.ts';
import { ProblemError } from '../http/problem.ts';
import type { Scope } from '../stores/types.ts';

/**
 * The conversation a handshake asks for.
 * @throws ProblemError NOT_FOUND for another path, BAD_REQUEST for invalid ids.
 */
export function scopeOf(url: string): Scope {
  const segments = (url.split('?')[0] ?? '').split('/');
  const expected = httpPaths.chat.split('/');
  const matches =
    segments.length === expected.length &&
    expected.every((word, index) => word.startsWith(':') || word === segments[index]);
  if (!matches)
    throw new ProblemError('NOT_FOUND', `There is no WebSocket here; the chat is at ${httpPaths.chat}.`);
  const valueOf = (word: string): string => decoded(segments[expected.indexOf(word)] ?? '');
  return {
    patientId: idOf('patient', valueOf(':patient')),
    sessionId: idOf('session', valueOf(':session')),
  };
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch (cause) {
    throw new ProblemError('BAD_REQUEST', 'The path is not percent-encoded UTF-8.', { cause });
  }
}
