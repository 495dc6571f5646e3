import { masked, type Redactor } from '../model/redact.ts';
import { valueAt, type Path, type Place } from './source.ts';

/**
 * The number, text or truth value at a place, fit to be shown. Absent where nothing of it is: in a Secret, under the
 * name of a secret or one near it, or behind a flag that takes one.
 */
export function shownAt({ doc, path }: Place, redactor: Redactor): string | undefined {
  const value = valueAt(doc.value, path);
  if (!['string', 'number', 'boolean'].includes(typeof value)) return undefined;
  const secret =
    namesOf(doc.value, path).some((name) => redactor.isSecret(name)) ||
    (typeof value === 'string' && secretField.test(String(path.at(-1))));
  if (secret || valueAt(doc.value, ['kind']) === 'Secret') return undefined;
  const shown = redactor.argument(argumentsBefore(doc.value, path), String(value));
  return shown === masked ? undefined : shown;
}

/** Whether the whole of what stands at a place may be shown: of a map or list, and of what is not there, nothing is. */
export function isShown(place: Place, redactor: Redactor): boolean {
  const field = String(place.path[0]);
  if (valueAt(place.doc.value, ['kind']) === 'Secret') return field !== 'data' && field !== 'stringData';
  const value = valueAt(place.doc.value, place.path);
  return !['string', 'number', 'boolean'].includes(typeof value) || shownAt(place, redactor) !== undefined;
}

/** Whether the whole of what stands at a place may be shown, with everything in it. */
export const isAllShown = ({ doc, path }: Place, redactor: Redactor): boolean =>
  [...leavesOf(valueAt(doc.value, path), path)].every(([inner]) => isShown({ doc, path: inner }, redactor));

/** Every number, text and truth value in a value, with its path. */
export function* leavesOf(value: unknown, path: Path = []): Generator<[Path, unknown]> {
  if (typeof value !== 'object' || value === null) yield [path, value];
  else if (Array.isArray(value))
    for (const [index, item] of value.entries()) yield* leavesOf(item, [...path, index]);
  else for (const [key, item] of Object.entries(value)) yield* leavesOf(item, [...path, key]);
}

/** A field of a custom resource that holds a secret's text, not a name or reference of one. */
const secretField = /(password|passwd|passphrase|token|secret|credentials?|api_?key)$/i;

/** The arguments before one of a command line. */
function argumentsBefore(value: object, path: Path): string[] {
  const list = typeof path.at(-1) === 'number' ? valueAt(value, path.slice(0, -1)) : undefined;
  const before = Array.isArray(list) ? list.slice(0, Number(path.at(-1))) : [];
  return before.filter((one) => typeof one === 'string');
}

/** What the value at a path is called: the name beside it, or its key among the data of a ConfigMap or annotations. */
function namesOf(value: object, path: Path): string[] {
  const key = String(path.at(-1));
  if (key === 'value') {
    const name = valueAt(value, [...path.slice(0, -1), 'name']);
    return typeof name === 'string' ? [name] : [];
  }
  return ['data', 'stringData', 'annotations'].includes(String(path.at(-2))) ? [key] : [];
}
