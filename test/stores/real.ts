import { parseBackendEnv, type Env } from '../../contract/backend-env.ts';

/** The app's environment with these variables set. */
export function envOf(values: Readonly<Record<string, string>>): Env {
  const result = parseBackendEnv(values);
  if (!result.ok) throw new Error(result.problems.map(({ message }) => message).join('\n'));
  return result.env;
}
