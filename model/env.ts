import { chatStack } from './chat-stack.ts';
import { configDigest } from './digest.ts';
import { environmentOf, serviceOf } from './environment.ts';
import { nearest } from './nearest.ts';
import { readChatStack } from './read-chat-stack.ts';
import { backendName } from './services/backend-ports.ts';
import { backendVariables } from './services/backend-variables.ts';
import { asText, shownText, type Variable } from './variable.ts';

/** The app's environment, derived from the backend's variables. Pure: the text comes in, nothing is read here. */

type Variables = typeof backendVariables;
export type EnvName = keyof Variables;
type ValueOf<V> = V extends { schema: { _output: infer T } } ? T : never;

/** Parsed values by name; a variable with a default always has one. */
export type Env = {
  readonly [N in EnvName]: Variables[N] extends { default: unknown }
    ? ValueOf<Variables[N]>
    : ValueOf<Variables[N]> | undefined;
};

/** The text of an environment. */
export type EnvText = Readonly<Record<string, string | undefined>>;

export const envNames = Object.keys(backendVariables) as readonly EnvName[];
const variables: Readonly<Record<string, Variable>> = backendVariables;

/** One bad variable in words: its name, its value (masked when secret), what was expected, what to do. */
export interface EnvProblem {
  readonly name: string;
  readonly message: string;
}

export type EnvResult =
  | { readonly ok: true; readonly env: Env; readonly warnings: readonly string[] }
  | { readonly ok: false; readonly problems: readonly EnvProblem[]; readonly warnings: readonly string[] };

/** Parses the whole environment at once; every problem is reported, not only the first. */
export function parseEnv(source: EnvText): EnvResult {
  const problems: EnvProblem[] = [];
  const parsed: Record<string, unknown> = {};
  for (const [name, variable] of Object.entries(variables)) {
    const raw = source[name];
    if (raw === undefined || raw === '') {
      parsed[name] = variable.default;
      continue;
    }
    const result = variable.schema.safeParse(raw);
    if (result.success) parsed[name] = result.data;
    else problems.push({ name, message: badValue(name, raw, variable) });
  }
  const env = parsed as unknown as Env;
  if (problems.length === 0) problems.push(...together(env));
  const warnings = unknownNames(source);
  return problems.length > 0
    ? { ok: false, problems, warnings }
    : { ok: true, env: Object.freeze(env), warnings };
}

function badValue(name: string, raw: string, variable: Variable): string {
  const shown = variable.secret ? '(secret, not shown)' : `"${shownText(raw)}"`;
  if (/^(tcp|udp|sctp):\/\//.test(raw)) {
    const service = name
      .replace(/_PORT.*$/, '')
      .toLowerCase()
      .replaceAll('_', '-');
    return (
      `${name} is ${shown}; expected ${variable.expected}. Kubernetes writes such a value into every pod of a ` +
      `namespace that has a Service named "${service}" (service links). Set enableServiceLinks: false on the pod, ` +
      `or set ${name} explicitly in the container's env.`
    );
  }
  const fallback =
    variable.default === undefined
      ? 'or leave it unset'
      : `or leave it unset for ${asText(variable.default)}`;
  const places = `the container's env, its ConfigMap, your shell or .env${origin(name)}`;
  return `${name} is ${shown}; expected ${variable.expected}. Correct it where it is set (${places}) ${fallback}.`;
}

/** What the manifests of a stack derive it from, where they do. */
function origin(name: string): string {
  const stack = chatStack(readChatStack({}, 'the defaults'));
  const value = environmentOf(stack, serviceOf(stack, backendName)).find((one) => one.name === name);
  return value === undefined || ['default', 'setting'].includes(value.from)
    ? ''
    : `; the manifests take it from the ${value.from}`;
}

/** What no variable can say alone. */
function together(env: Env): EnvProblem[] {
  const problems: EnvProblem[] = [];
  if (env.AUTH_MODE === 'jwt' && env.AUTH_JWKS_URL === undefined && env.AUTH_JWT_SECRET === undefined)
    problems.push({
      name: 'AUTH_MODE',
      message:
        'AUTH_MODE is "jwt", but neither AUTH_JWKS_URL nor AUTH_JWT_SECRET is set; one of them must verify the tokens.',
    });
  if (env.HTTP_PORT === env.METRICS_PORT)
    problems.push({
      name: 'METRICS_PORT',
      message: `METRICS_PORT and HTTP_PORT are both ${env.HTTP_PORT}; operations need a port of their own, so that nobody outside reaches them.`,
    });
  return problems;
}

/** `REDIS_`, `LLM_` …: whoever writes a variable under one of these means us. */
const prefixes = [...new Set(envNames.map((name) => name.slice(0, name.indexOf('_') + 1)))].filter(
  (prefix) => prefix !== 'NODE_',
);

/** What Kubernetes' service links add besides `<NAME>_PORT`; never meant for us, so not worth a warning. */
const serviceLink = /_(SERVICE_(HOST|PORT)(_[A-Z0-9_]+)?|PORT_\d+_(TCP|UDP)(_(PROTO|PORT|ADDR))?)$/;

/** Under a prefix of ours, but meant for other programs. */
const foreign: readonly string[] = ['HTTP_PROXY'];

function unknownNames(source: EnvText): string[] {
  return Object.keys(source)
    .filter((name) => !(name in variables) && prefixes.some((prefix) => name.startsWith(prefix)))
    .filter((name) => !serviceLink.test(name) && !foreign.includes(name))
    .sort()
    .map((name) => {
      const near = nearest(name, envNames);
      return `${name} is set but nothing reads it.${near ? ` Did you mean ${near}?` : ''}`;
    });
}

/** The effective values that are not secret, as text, without those that only mean something locally. */
export function publicValues(env: Env): Record<string, string> {
  const shown = envNames.filter(
    (name) => !variables[name]?.secret && !variables[name]?.local && env[name] !== undefined,
  );
  return Object.fromEntries(shown.map((name) => [name, asText(env[name])]));
}

/** The names of the secret variables that are set. */
export function secretsSet(env: Env): string[] {
  return envNames.filter((name) => variables[name]?.secret && env[name] !== undefined);
}

/** The digest the renderer wrote on the pod when this process runs what was rendered. */
export function envDigest(env: Env): string {
  return configDigest(publicValues(env));
}
