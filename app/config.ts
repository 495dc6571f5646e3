import { errorCodes } from '../model/errors.ts';
import { parseBackendEnv, type Env, type BackendEnvResult } from '../contract/backend-env.ts';

/** The environment this process was started with, parsed. */
export interface Config {
  readonly env: Env;
  /** Variables that look meant for us but are read by nobody, in words. */
  readonly warnings: readonly string[];
}

/** What `process.env` says, right or wrong. */
export const parsedEnvironment = (): BackendEnvResult => parseBackendEnv(process.env);

/**
 * Reads `process.env`; nothing else in the app does. Where it does not parse, every problem is written to standard
 * error, one line each, and the process ends with 78 before anything was opened.
 */
export function readConfig(): Config {
  const result = parsedEnvironment();
  if (result.ok) return result;
  const lines = [...result.problems.map(({ message }) => message), ...result.warnings];
  process.stderr.write(lines.map((line) => `${line}\n`).join(''));
  process.exit(errorCodes.CONFIG_INVALID.exit);
}
