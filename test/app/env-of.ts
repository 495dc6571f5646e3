import { parseBackendEnv, type Env } from '../../contract/backend-env.ts';

/** The parsed environment of these values alone. */
export function envOf(values: Readonly<Record<string, string>>): Env {
  const result = parseBackendEnv(values);
  if (result.ok) return result.env;
  throw new Error(result.problems.map(({ message }) => message).join('\n'));
}
