import { nameSchema } from '../../contract/protocol.ts';
import { ProblemError } from './problem.ts';

/**
 * A patient or session id out of a path, already decoded.
 * @throws ProblemError BAD_REQUEST when it is none.
 */
export function nameOf(what: 'patient' | 'session', decoded: string | undefined): string {
  const result = nameSchema.safeParse(decoded);
  if (result.success) return result.data;
  const why = result.error.issues[0]?.message ?? 'malformed';
  throw new ProblemError('BAD_REQUEST', `The ${what} in the path is no ${what} id: ${why}.`);
}
