import { nearest } from './nearest.ts';
import { isSecretName } from './secret-names.ts';
import type { Variable } from './variable.ts';

/** The one redactor: recognises secrets in a text or an object and replaces them. */

/** In place of a value that is secret. */
export const masked = '(secret)';

/** The same inside a sentence that says what was found. */
export const notShown = '(secret, not shown)';

/** In place of the secret part of a text. */
const mask = '***';

/** Masks the passwords of URLs in a text, also those with an `@` or `/` in them. */
export const shownText = (text: string): string => text.replaceAll(/\/\/[^\s"']*@/g, `//${mask}@`);

/** Replaces each of `secrets` in a text by `mask`; absent and empty ones are ignored. */
export function maskSecrets(
  text: string,
  secrets: readonly (string | undefined)[],
  mask: string = masked,
): string {
  return secrets
    .filter((secret) => secret !== undefined)
    .filter((secret) => secret !== '')
    .toSorted((a, b) => b.length - a.length)
    .reduce((shown, secret) => shown.replaceAll(secret, mask), text);
}

/** Redacts the value of something called `name`: whole if the name is a secret's, else the passwords of URLs in it. */
export function shownValue(name: string | undefined, value: unknown): unknown {
  if (value === undefined) return undefined;
  return name !== undefined && isSecretName(name) ? masked : withoutSecrets(value);
}

/** Redacts a part of an object; a `{ name, value }` in it is a variable. */
function withoutSecrets(value: unknown): unknown {
  if (typeof value === 'string') return shownText(value);
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (typeof value !== 'object' || value === null) return value;
  const { name } = value as { name?: unknown };
  const variable = typeof name === 'string' ? name : undefined;
  return Object.fromEntries(
    Object.entries(value).map(([key, inside]) => [
      key,
      key === 'value' ? shownValue(variable, inside) : withoutSecrets(inside),
    ]),
  );
}

/** Redacts texts whose variables are known: configuration files, command lines, sentences about them. */
export interface Redactor {
  /** Whether a name is a secret's, or near one: `DB_PASSWROD` holds a password too. */
  isSecret(name: string): boolean;
  /** A sentence: passwords in its URLs and assignments are masked. */
  sentence(text: string): string;
  /** A configuration file or a command line: settings and flags that take a secret are masked as well. */
  settings(text: string): string;
}

/** `NAME=value`, as a shell has it; references to variables stay. */
const assignments = /([\w.-]+)=(?![$?])[^\s"']+/g;

/**
 * A setting of a file or a flag, as `requirepass x`, `--auth-token x`, `password: x` and `"apiKey": "x"`, or the short
 * flag of a client, as `db-cli -a x`; references to variables stay.
 */
const settings =
  /([\w.-]*(?:requirepass|masterauth|passw|secret|token|api[-_]?key|credential)[\w.-]*["']?(?:\s*[:=]\s*|\s+)["']?|\b[\w-]+-cli\b[^|;&]*?\s-a\s+|^-a )(?![$?])[^\s"']+/gi;

/** A redactor that takes from `variables` which names are secret and which are not. */
export function redactorFor(variables: Readonly<Record<string, Variable>>): Redactor {
  const names = Object.keys(variables);
  const isSecret = (name: string): boolean => {
    if (isSecretName(name)) return true;
    if (Object.hasOwn(variables, name)) return variables[name]?.secret === true;
    const meant = nearest(name.toUpperCase(), names);
    return meant !== undefined && isSecretName(meant);
  };
  const sentence = (text: string): string =>
    shownText(text).replaceAll(assignments, (whole, name: string) =>
      isSecret(name) ? `${name}=${mask}` : whole,
    );
  return {
    isSecret,
    sentence,
    settings: (text) => sentence(text).replaceAll(settings, (_, before: string) => `${before}${mask}`),
  };
}
