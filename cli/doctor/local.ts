import { existsSync } from 'node:fs';
import { readRegularFile } from '../../charts-ts/read-file.ts';
import { originOf } from '../../model/environment.ts';
import { parseEnv, type EnvText, type EnvValues } from '../../model/env.ts';
import { shownValue } from '../../model/redact-object.ts';
import type { ServiceEnvironment, StackKind } from '../../model/stack-kind.ts';
import { isWorkload, type Stack, type Workload } from '../../model/stack.ts';
import { ask } from '../../dial/ask.ts';
import { targetsOf, type Target } from '../../dial/target.ts';
import { CommandError } from '../errors.ts';
import { readEnvFile } from '../named-file.ts';
import { serviceNamed, type Subject } from '../subject.ts';
import type { Check, Place } from './check.ts';
import { ownPortChecks } from './local-ports.ts';

/** Time limit for one store; a refused connection takes none of it. */
const askMs = 1_500;

/** Where a service started here gets its environment from. */
interface Sources {
  readonly file: string | undefined;
  readonly inFile: EnvText;
  readonly inShell: EnvText;
}

/**
 * Checks a developer's own machine: the env file, the ports, and what answers where the dependencies of one service
 * should be.
 * @throws CommandError NO_SUCH_FILE, NO_SUCH_NAME.
 */
export async function localChecks(
  { kind, stack }: Subject,
  shell: EnvText,
  { dotenv, service: asked }: LocalOptions = {},
): Promise<Check[]> {
  const service = serviceHere(stack, asked);
  const sources = sourcesOf(dotenv, shell);
  const rules: ServiceEnvironment = kind.environment?.[service.name] ?? {};
  // As Node's --env-file has it: what the shell sets wins.
  const text = { ...sources.inFile, ...sources.inShell };
  const result = parseEnv(service.variables ?? {}, text, {
    ...rules,
    origin: (name) => originOf(stack, service, name),
  });
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
  const { knownPorts } = kind;
  const targets = targetsOf(stack, service, env, kind.programs);
  const [ports, stores] = await Promise.all([
    ownPortChecks(service, env, { ...rules, programs: kind.programs }),
    Promise.all(targets.map((target) => storeCheck(target, { env, rules, sources, knownPorts }))),
  ]);
  return [parsed(sources), ...warnings, ...ports, ...stores];
}

/** What is checked of a machine: the env file (absent: `.env` where there is one), and for which service. */
export interface LocalOptions {
  readonly dotenv?: string | undefined;
  /** Absent: the first that reports, else the first that has variables. */
  readonly service?: string | undefined;
}

function serviceHere(stack: Stack, asked: string | undefined): Workload {
  const services = stack.services.filter(isWorkload);
  if (asked !== undefined) return serviceNamed(stack, services, asked);
  const found =
    services.find(({ report }) => report !== undefined) ??
    services.find(({ variables }) => variables !== undefined);
  if (found) return found;
  throw new CommandError(
    'USAGE',
    `No service of stack "${stack.name}" reads a variable; name one: --service.`,
  );
}

function sourcesOf(envFile: string | undefined, shell: EnvText): Sources {
  const file = envFile ?? (existsSync('.env') ? '.env' : undefined);
  if (file === undefined) return { file, inFile: {}, inShell: shell };
  return { file, inFile: readEnvFile(file), inShell: shell };
}

const firstWord = (text: string): string => text.split(' ')[0] ?? '';

function parsed({ file }: Sources): Check {
  const what = file === undefined ? 'The shell (there is no .env here)' : `${file} and the shell`;
  return { id: 'env', verdict: 'ok', says: `${what}: every variable parses.` };
}

/** What a dependency is dialled with. */
interface Here {
  readonly env: EnvValues;
  readonly rules: ServiceEnvironment;
  readonly sources: Sources;
  readonly knownPorts: StackKind['knownPorts'];
}

async function storeCheck(target: Target, { env, rules, sources, knownPorts }: Here): Promise<Check> {
  const { service } = target;
  const id = `dial/${service}`;
  const embedded = rules.embedded?.(service, env);
  if (embedded !== undefined) return { id, verdict: 'ok', says: embedded };
  const { ok, says } = await ask(target, { timeoutMs: askMs, knownPorts });
  const { host, port, tls, secret } = target.variables;
  const places = placesOf(sources, [host, port, tls, secret]);
  const { unaddressed } = rules;
  if (!ok && unaddressed && host && port && placesOf(sources, [host, port]).length === 0)
    return { id, verdict: 'note', says: `${says} Neither ${host} nor ${port} is set; ${unaddressed}.` };
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
