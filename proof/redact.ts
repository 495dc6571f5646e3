import { nearest } from '../model/nearest.ts';
import { chatPrograms } from '../contract/programs.ts';
import { isSecretName } from '../model/secret-names.ts';
import { shownText, type Variable } from '../model/variable.ts';
import type { Place } from './source.ts';

/** What stands in place of the secret part of a text. */
const mask = '***';

const variables: Readonly<Record<string, Variable>> = Object.assign(
  {},
  ...chatPrograms.map(({ service }) => service.variables ?? {}),
) as Record<string, Variable>;

/** A name that is a secret's, or a slip away from one: `REDIS_PASSWROD` holds a password all the same. */
function isSecret(name: string): boolean {
  if (isSecretName(name)) return true;
  if (Object.hasOwn(variables, name)) return variables[name]?.secret === true;
  const meant = nearest(name.toUpperCase(), Object.keys(variables));
  return meant !== undefined && isSecretName(meant);
}

/** `NAME=value`, as a shell has it. */
const assignments = /([\w.-]+)=(?![$?])[^\s"']+/g;

/** A setting of a file or a flag: `requirepass x`, `--auth-token x`, `password: x`, `"apiKey": "x"`; references stay. */
const settings =
  /([\w.-]*(?:requirepass|masterauth|passw|secret|token|api[-_]?key|credential)[\w.-]*["']?(?:\s*[:=]\s*|\s+)["']?|\bredis-cli\b[^|;&]*?\s-a\s+|^-a )(?![$?])[^\s"']+/gi;

/** A sentence fit to be shown: passwords in its URLs and assignments are masked. */
export const shownSentence = (text: string): string =>
  shownText(text).replaceAll(assignments, (whole, name: string) =>
    isSecret(name) ? `${name}=${mask}` : whole,
  );

const shownSettings = (text: string): string =>
  shownSentence(text).replaceAll(settings, (_, before: string) => `${before}${mask}`);

/** What stands at a path; `undefined` where nothing does. */
export const valueAt = (value: unknown, path: Place['path']): unknown =>
  path.reduce<unknown>(
    (here, step) =>
      typeof here === 'object' && here !== null
        ? (here as Record<string | number, unknown>)[step]
        : undefined,
    value,
  );

/**
 * The number, text or truth value at a place, fit to be shown. Absent where nothing of it is: in a Secret, under the
 * name of a secret or one near it, or behind a flag that takes one.
 */
export function shownAt({ doc, path }: Place): string | undefined {
  const value = valueAt(doc.value, path);
  if (!['string', 'number', 'boolean'].includes(typeof value)) return undefined;
  if (valueAt(doc.value, ['kind']) === 'Secret' || names(doc.value, path).some(isSecret)) return undefined;
  const text = String(value);
  const before = typeof path.at(-1) === 'number' ? valueAt(doc.value, previous(path)) : undefined;
  if (typeof before !== 'string') return shownSettings(text);
  const together = shownSettings(`${before} ${text}`);
  return together === `${shownSettings(before)} ${shownSettings(text)}` ? shownSettings(text) : undefined;
}

const previous = (path: Place['path']): Place['path'] => [...path.slice(0, -1), Number(path.at(-1)) - 1];

/** What the value at a path is called: the name beside it, or its key among the data of a ConfigMap or annotations. */
function names(value: object, path: Place['path']): string[] {
  const key = String(path.at(-1));
  if (key === 'value') {
    const name = valueAt(value, [...path.slice(0, -1), 'name']);
    return typeof name === 'string' ? [name] : [];
  }
  return ['data', 'stringData', 'annotations'].includes(String(path.at(-2))) ? [key] : [];
}
