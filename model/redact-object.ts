import { masked, redactorFor, type Redactor } from './redact.ts';

/** Where no contract is at hand: names are judged by their words. */
export const anyRedactor: Redactor = redactorFor({});

/** Redacts the value of something called `name`: whole if the name is a secret's, else the secrets in its text. */
export function shownValue(name: string | undefined, value: unknown): unknown {
  if (value === undefined) return undefined;
  return name !== undefined && anyRedactor.isSecret(name) ? masked : shownPart([], value);
}

/** A sentence of the API server: it quotes the values of fields. */
export const shownAnswer = (text: string): string =>
  anyRedactor
    .sentence(text)
    .replaceAll(/"((?:[^"\\]|\\.)*)"/g, (_, value: string) => `"${anyRedactor.settings(value)}"`);

/** The maps of an object whose keys are of the user's choice, and so name what they hold. */
const freeMaps = ['data', 'stringData', 'annotations', 'labels'];

/**
 * Redacts a part of an object.
 * @param steps the fields it is below, items of a list by their name in brackets.
 */
export function shownPart(steps: readonly string[], value: unknown): unknown {
  if (value === undefined || value === null) return value;
  if (steps.includes('binaryData')) return typeof value === 'object' ? eachField(steps, value) : masked;
  if (typeof value !== 'object') return shownScalar(nameAt(steps), value);
  return Array.isArray(value) ? shownList(steps, value) : eachField(steps, value);
}

/** `{ name, value }` is a variable or a header. */
function eachField(steps: readonly string[], value: object): unknown {
  const { name } = value as { name?: unknown };
  const inside = typeof name === 'string' ? [...steps, `[${name}]`] : steps;
  return Object.fromEntries(
    Object.entries(value).map(([key, field]) => [key, shownPart([...inside, key], field)]),
  );
}

/** A list of texts is a command line. */
const shownList = (steps: readonly string[], items: readonly unknown[]): unknown[] =>
  items.every((item) => typeof item === 'string')
    ? items.map((item, at) => anyRedactor.argument(items.slice(0, at), item))
    : items.map((item) => shownPart(steps, item));

function shownScalar(name: string | undefined, value: unknown): unknown {
  if (name !== undefined && anyRedactor.isSecret(name)) return masked;
  return typeof value === 'string' ? anyRedactor.settings(value) : value;
}

/** By what name a text may be secret: that of a variable, or its key in a map of free keys. */
function nameAt(steps: readonly string[]): string | undefined {
  const [last = '', before = ''] = [steps.at(-1), steps.at(-2)];
  if (freeMaps.includes(before)) return last;
  const item = /^\[(.*)\]$/.exec(last === 'value' ? before : last);
  return item?.[1];
}
