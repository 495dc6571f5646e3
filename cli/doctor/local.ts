import { parseBackendEnv, type Env } from '../../contract/backend-env.ts';
import { existsSync } from 'node:fs';
import { readRegularFile } from '../../charts-ts/read-file.ts';
import { parseEnv as parseEnvFile } from 'node:util';
import type { EnvText } from '../../model/env.ts';
import { shownValue } from '../../model/redact.ts';
import { defaultBackend, defaultStack } from '../../contract/default-stack.ts';
import { knownPorts } from '../../contract/known-ports.ts';
import { chatProgramFacts } from '../../contract/programs.ts';
import { ask } from '../../dial/ask.ts';
import { targetsOf, type Target } from '../../dial/target.ts';
import { CommandError } from '../fail.ts';
import type { Check, Place } from './check.ts';
import { ownPortChecks } from './local-ports.ts';

/** Time limit for one store; a refused connection takes none of it. */
const askMs = 1_500;

/** Where a backend started here gets its environment from. */
interface Sources {
  readonly file: string | undefined;
  readonly inFile: EnvText;
  readonly inShell: EnvText;
}

/**
 * Checks a developer's own machine: the env file, the ports, and what answers where the stores should be.
 * @param envFile the file to read; absent: `.env` where there is one.
 * @throws CommandError NO_SUCH_FILE.
 */
export async function localChecks(envFile: string | undefined, shell: EnvText): Promise<Check[]> {
  const sources = sourcesOf(envFile, shell);
  // As Node's --env-file has it: what the shell sets wins.
  const result = parseBackendEnv({ ...sources.inFile, ...sources.inShell });
  const warnings = result.warnings.map((says): Check => ({
    id: `env/${firstWord(says)}`,
    verdict: 'note',
    says,
  }));
  if (!result.ok) {
    const problems = result.problems.map(({ name, message }): Check => ({
      id: `env/${name}`,
      verdict: 'wrong',
      says: message,
      places: placesOf(sources, [name]),
    }));
    return [...problems, ...warnings];
  }
  const { env } = result;
  const targets = targetsOf(defaultStack, defaultBackend, env, chatProgramFacts);
  const [ports, stores] = await Promise.all([
    ownPortChecks(env),
    Promise.all(targets.map((target) => storeCheck(env, target, sources))),
  ]);
  return [parsed(sources), ...warnings, ...ports, ...stores];
}

function sourcesOf(envFile: string | undefined, shell: EnvText): Sources {
  const file = envFile ?? (existsSync('.env') ? '.env' : undefined);
  if (file === undefined) return { file, inFile: {}, inShell: shell };
  try {
    return { file, inFile: parseEnvFile(readRegularFile(file, 1)), inShell: shell };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CommandError('NO_SUCH_FILE', `The env file ${file} cannot be read: ${reason}`);
  }
}

const firstWord = (text: string): string => text.split(' ')[0] ?? '';

function parsed({ file }: Sources): Check {
  const what = file === undefined ? 'The shell (there is no .env here)' : `${file} and the shell`;
  return { id: 'env', verdict: 'ok', says: `${what}: every variable parses.` };
}

async function storeCheck(env: Env, target: Target, sources: Sources): Promise<Check> {
  const { service } = target;
  const id = `dial/${service}`;
  const embedded: readonly string[] = env.EMBEDDED_STORES ?? [];
  if (embedded.includes(service))
    return { id, verdict: 'ok', says: `${service} is embedded in ${env.DATA_DIR}; nothing is dialled.` };
  const { ok, says } = await ask(target, { timeoutMs: askMs, knownPorts });
  const { host, port, tls, secret } = target.variables;
  const places = placesOf(sources, [host, port, tls, secret]);
  // `npm start` embeds a store unless its host or port is set.
  if (!ok && host && port && placesOf(sources, [host, port]).length === 0)
    return {
      id,
      verdict: 'note',
      says: `${says} Neither ${host} nor ${port} is set; "npm start" embeds it then.`,
    };
  return { id, verdict: ok ? 'ok' : 'wrong', says, ...(ok ? {} : { places }) };
}

/** Where each of the variables is set; the place that takes precedence first. */
function placesOf({ file, inFile, inShell }: Sources, names: readonly (string | undefined)[]): Place[] {
  const known = names.filter((name) => name !== undefined);
  return known.flatMap((name): Place[] => {
    const shown = (text: string): string => `${name}=${String(shownValue(name, text))}`;
    return [
      ...(inShell[name] ? [{ layer: 'shell', value: shown(inShell[name]), where: 'exported' } as const] : []),
      ...(file !== undefined && inFile[name]
        ? [{ layer: 'env file', value: shown(inFile[name]), where: `${file}:${lineOf(file, name)}` } as const]
        : []),
    ];
  });
}

function lineOf(file: string, name: string): number {
  const lines = readRegularFile(file, 1).split('\n');
  // The last one wins in an env file.
  return lines.findLastIndex((line) => new RegExp(`^\\s*(export\\s+)?${name}\\s*=`).test(line)) + 1;
}
