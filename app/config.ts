import { errorCodes } from '../model/errors.ts';
import { parseBackendEnv, type Env, type BackendEnvResult } from '../contract/backend-env.ts';

/** The environment this process was started with, parsed. */
export interface Config {
  readonly env: Env;
  /** Variables under one of the app's prefixes that it does not read, in words. */
  readonly warnings: readonly string[];
}

/** The parsed `process.env`, or its problems. */
export const parsedEnvironment = (): BackendEnvResult => parseBackendEnv(process.env);

/**
 * Reads `process.env`; nothing else in the app does. When it does not parse, writes every problem to standard error, one
 * line each, and ends the process with 78 before a port is opened.
 */
export function readConfig(): Config {
  const result = parsedEnvironment();
  if (result.ok) return result;
  const lines = [...result.problems.map(({ message }) => message), ...result.warnings];
  process.stderr.write(lines.map((line) => `${line}\n`).join(''));
  process.exit(errorCodes.CONFIG_INVALID.exit);
}
