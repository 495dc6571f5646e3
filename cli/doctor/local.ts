import { parseBackendEnv, type Env } from '../../contract/backend-env.ts';
import { existsSync, readFileSync } from 'node:fs';
import { parseEnv as parseEnvFile } from 'node:util';
import type { EnvText } from '../../model/env.ts';
import { isSecretName } from '../../model/secret-names.ts';
import { storeNames, type StoreName } from '../../contract/services/backend-variables.ts';
import { shownText } from '../../model/variable.ts';
import { ask } from '../../dial/ask.ts';
import { usualOf } from '../../dial/products.ts';
import { targetOf } from '../../dial/targets.ts';
import { CommandError } from '../fail.ts';
import type { Check, Place } from './check.ts';
import { ownPortChecks } from './local-ports.ts';

/** How long one store may take to answer; refused connections take none of it. */
const askMs = 1_500;

/** The environment a backend started here would get. */
interface Sources {
  readonly file: string | undefined;
  readonly inFile: EnvText;
  readonly inShell: EnvText;
}

/**
 * Looks at a developer's own machine: the env file, the ports, and what answers where the stores should be.
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
  const [ports, stores] = await Promise.all([
    ownPortChecks(env),
    Promise.all(storeNames.map((name) => storeCheck(env, name, sources))),
  ]);
  return [parsed(sources), ...warnings, ...ports, ...stores];
}

function sourcesOf(envFile: string | undefined, shell: EnvText): Sources {
  const file = envFile ?? (existsSync('.env') ? '.env' : undefined);
  if (file === undefined) return { file, inFile: {}, inShell: shell };
  try {
    return { file, inFile: parseEnvFile(readFileSync(file, 'utf8')), inShell: shell };
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

async function storeCheck(env: Env, name: StoreName, sources: Sources): Promise<Check> {
  const id = `dial/${name}`;
  if (env.EMBEDDED_STORES?.includes(name))
    return { id, verdict: 'ok', says: `${name} is embedded in ${env.DATA_DIR}; nothing is dialled.` };
  const { ok, says } = await ask(targetOf(env, name), askMs);
  const { host, port, tls, secret } = usualOf(name).variables;
  const places = placesOf(sources, [host, port, tls, secret]);
  // Nobody said where it is, and `npm start` embeds what nobody points elsewhere.
  if (!ok && placesOf(sources, [host, port]).length === 0)
    return {
      id,
      verdict: 'note',
      says: `${says} Neither ${host} nor ${port} is set; "npm start" embeds it then.`,
    };
  return { id, verdict: ok ? 'ok' : 'wrong', says, ...(ok ? {} : { places }) };
}

/** Where each of the variables is set, the one that wins first. */
function placesOf({ file, inFile, inShell }: Sources, names: readonly string[]): Place[] {
  return names.flatMap((name): Place[] => {
    const shown = (text: string | undefined): string =>
      `${name}=${isSecretName(name) ? '(secret)' : shownText(text ?? '')}`;
    return [
      ...(inShell[name] ? [{ layer: 'shell', value: shown(inShell[name]), where: 'exported' } as const] : []),
      ...(file !== undefined && inFile[name]
        ? [{ layer: 'env file', value: shown(inFile[name]), where: `${file}:${lineOf(file, name)}` } as const]
        : []),
    ];
  });
}

function lineOf(file: string, name: string): number {
  const lines = readFileSync(file, 'utf8').split('\n');
  // The last one wins in an env file.
  return lines.findLastIndex((line) => new RegExp(`^\\s*(export\\s+)?${name}\\s*=`).test(line)) + 1;
}
