import { nameSchema } from '../../contract/protocol.ts';
import { ProblemError } from './problem.ts';

/**
 * Checks a decoded patient or session id of a path.
 * @throws ProblemError BAD_REQUEST when it is not a valid id.
 */
export function idOf(what: 'patient' | 'session', decoded: string | undefined): string {
  const result = nameSchema.safeParse(decoded);
  if (result.success) return result.data;
  const why = result.error.issues[0]?.message ?? 'malformed';
  throw new ProblemError('BAD_REQUEST', `The ${what} in the path is no ${what} id: ${why}.`);
}
