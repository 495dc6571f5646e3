import { parseEnv, type Env } from '../../contract/env.ts';

/** The app's environment with these variables set. */
export function envOf(values: Readonly<Record<string, string>>): Env {
  const result = parseEnv(values);
  if (!result.ok) throw new Error(result.problems.map(({ message }) => message).join('\n'));
  return result.env;
}
