import type { Redactor } from '../model/redact.ts';
import { valueAt, type Path, type Place } from './source.ts';

/**
 * The number, text or truth value at a place, fit to be shown. Absent where nothing of it is: in a Secret, under the
 * name of a secret or one near it, or behind a flag that takes one.
 */
export function shownAt({ doc, path }: Place, redactor: Redactor): string | undefined {
  const value = valueAt(doc.value, path);
  if (!['string', 'number', 'boolean'].includes(typeof value)) return undefined;
  const secret = namesOf(doc.value, path).some((name) => redactor.isSecret(name));
  if (secret || valueAt(doc.value, ['kind']) === 'Secret') return undefined;
  const text = String(value);
  const before = typeof path.at(-1) === 'number' ? valueAt(doc.value, previous(path)) : undefined;
  const shown = redactor.settings(text);
  if (typeof before !== 'string') return shown;
  const together = redactor.settings(`${before} ${text}`);
  return together === `${redactor.settings(before)} ${shown}` ? shown : undefined;
}

const previous = (path: Path): Path => [...path.slice(0, -1), Number(path.at(-1)) - 1];

/** What the value at a path is called: the name beside it, or its key among the data of a ConfigMap or annotations. */
function namesOf(value: object, path: Path): string[] {
  const key = String(path.at(-1));
  if (key === 'value') {
    const name = valueAt(value, [...path.slice(0, -1), 'name']);
    return typeof name === 'string' ? [name] : [];
  }
  return ['data', 'stringData', 'annotations'].includes(String(path.at(-2))) ? [key] : [];
}
