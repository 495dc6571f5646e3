import { shownText, notShown } from './redact.ts';
import { configDigest } from './digest.ts';
import { nearest } from './nearest.ts';
import { asText, expectationOf, valueIn, type ValueOf, type Variable } from './variable.ts';

/** A process' environment, parsed by the variables it reads. Pure: the text comes in, nothing is read here. */

export type Variables = Readonly<Record<string, Variable>>;

/** Parsed values by name; a variable with a default always has one. */
export type EnvOf<V> = {
  readonly [N in keyof V]: V[N] extends { default: unknown } ? ValueOf<V[N]> : ValueOf<V[N]> | undefined;
};

/** Parsed values of variables known only by name. */
export type EnvValues = EnvOf<Variables>;

/** The text of an environment. */
export type EnvText = Readonly<Record<string, string | undefined>>;

/** One bad variable; the message gives its name, its value (masked when secret), what was expected and what to do. */
export interface EnvProblem {
  readonly name: string;
  readonly message: string;
}

export type EnvResult<E> =
  | { readonly ok: true; readonly env: E; readonly warnings: readonly string[] }
  | { readonly ok: false; readonly problems: readonly EnvProblem[]; readonly warnings: readonly string[] };

/** Rules about an environment that no single variable can state. */
export interface EnvRules<E> {
  /** Checks across variables; called only when each variable parsed. */
  readonly together?: (env: E) => readonly EnvProblem[];
  /** Where the manifests get a variable's value from, such as `edge to queue:amqp`; undefined where unknown. */
  readonly origin?: (name: string) => string | undefined;
  /** Names under one of the process' prefixes that other programs read. */
  readonly foreign?: readonly string[];
}

/** Parses a whole environment at once; every problem is reported, not only the first. An empty variable is unset. */
export function parseEnv<const V>(
  variables: V,
  source: EnvText,
  rules: EnvRules<EnvOf<V>> = {},
): EnvResult<EnvOf<V>> {
  const known = variables as Variables;
  const problems: EnvProblem[] = [];
  const parsed: Record<string, unknown> = {};
  for (const [name, variable] of Object.entries(known)) {
    const raw = source[name];
    if (raw === undefined || raw === '') {
      parsed[name] = variable.default;
      continue;
    }
    const value = valueIn(variable, raw);
    if (value !== undefined) parsed[name] = value;
    else problems.push({ name, message: badValue(name, raw, variable, rules.origin?.(name)) });
  }
  const env = parsed as EnvOf<V>;
  if (problems.length === 0) problems.push(...(rules.together?.(env) ?? []));
  const warnings = unknownNames(known, source, rules.foreign ?? []);
  return problems.length > 0
    ? { ok: false, problems, warnings }
    : { ok: true, env: Object.freeze(env), warnings };
}

function badValue(name: string, raw: string, variable: Variable, origin: string | undefined): string {
  const shown = variable.secret ? notShown : `"${shownText(raw)}"`;
  if (/^(tcp|udp|sctp):\/\//.test(raw)) {
    const service = name
      .replace(/_PORT.*$/, '')
      .toLowerCase()
      .replaceAll('_', '-');
    return (
      `${name} is ${shown}; expected ${expectationOf(variable)}. Kubernetes writes such a value into every pod of a ` +
      `namespace that has a Service named "${service}" (service links). Set enableServiceLinks: false on the pod, ` +
      `or set ${name} explicitly in the container's env.`
    );
  }
  const fallback =
    variable.default === undefined
      ? 'or leave it unset'
      : `or leave it unset for ${asText(variable.default)}`;
  const from = origin === undefined ? '' : `; the manifests take it from the ${origin}`;
  const places = `the container's env, its ConfigMap, your shell or .env${from}`;
  return `${name} is ${shown}; expected ${expectationOf(variable)}. Correct it where it is set (${places}) ${fallback}.`;
}

/** What Kubernetes' service links add besides `<NAME>_PORT`; not meant for the process, so no warning. */
const serviceLink = /_(SERVICE_(HOST|PORT)(_[A-Z0-9_]+)?|PORT_\d+_(TCP|UDP)(_(PROTO|PORT|ADDR))?)$/;

/** Variables that are set but not read, under a prefix the process reads (`QUEUE_`, `LLM_` …): most are typos. */
function unknownNames(variables: Variables, source: EnvText, foreign: readonly string[]): string[] {
  const names = Object.keys(variables);
  const prefixes = new Set(names.map((name) => name.slice(0, name.indexOf('_') + 1)));
  prefixes.delete('');
  prefixes.delete('NODE_');
  return Object.keys(source)
    .filter((name) => !Object.hasOwn(variables, name))
    .filter((name) => [...prefixes].some((prefix) => name.startsWith(prefix)))
    .filter((name) => !serviceLink.test(name) && !foreign.includes(name))
    .sort()
    .map((name) => {
      const near = nearest(name, names);
      return `${name} is set but nothing reads it.${near ? ` Did you mean ${near}?` : ''}`;
    });
}

/** The effective values that are neither secret nor `local`, as text. */
export function publicValues(
  variables: Variables,
  env: Readonly<Record<string, unknown>>,
): Record<string, string> {
  const shown = Object.entries(variables).filter(
    ([name, variable]) => !variable.secret && !variable.local && env[name] !== undefined,
  );
  return Object.fromEntries(shown.map(([name]) => [name, asText(env[name])]));
}

/** The names of the secret variables that are set. */
export function secretsSet(variables: Variables, env: Readonly<Record<string, unknown>>): string[] {
  return Object.keys(variables).filter((name) => variables[name]?.secret && env[name] !== undefined);
}

/** The digest the renderer wrote on the pod when a process with this environment runs what was rendered. */
export function envDigest(variables: Variables, env: Readonly<Record<string, unknown>>): string {
  return configDigest(publicValues(variables, env));
}
