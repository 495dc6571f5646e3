import { onlyNearest } from '../model/nearest.ts';
import { valueAt, type Doc, type Path, type Place } from './source.ts';
import type { Change } from './yaml/change.ts';
import type { Scalar } from './yaml/scalar.ts';

/** A change of a document. */
export type PlacedChange = Change & { readonly doc: Doc };

/** What a fault says of its only fix; nothing where there is none. */
export interface Mended {
  readonly changes?: readonly PlacedChange[];
}

const mended = (changes: readonly PlacedChange[]): Mended => ({ changes });

/** Writes another value in place of the one that stands there. */
export const setting = ({ doc, path }: Place, value: Scalar): Mended =>
  mended([{ doc, path, how: 'set', value }]);

/** Writes another key in place of the last one of a path. */
export const renaming = ({ doc, path }: Place, key: string): Mended =>
  mended([{ doc, path, how: 'rename', key }]);

/** Takes an entry of a map or a list away. */
export const removing = ({ doc, path }: Place): Mended => mended([{ doc, path, how: 'remove' }]);

/** Takes an entry of a map to another map, as it is written. */
export const moving = ({ doc, path }: Place, home: Path): Mended =>
  mended([
    { doc, path: home, how: 'put', entry: path },
    { doc, path, how: 'remove' },
  ]);

/** Puts what is written there in quotes. */
export const quoting = ({ doc, path }: Place): Mended => mended([{ doc, path, how: 'quote' }]);

/** Writes a part of a text anew; nothing where that is not in it. */
export const replacing = ({ doc, path }: Place, from: string, to: string): Mended =>
  mended([{ doc, path, how: 'replace', from, to }]);

/** Sets a field of a map, whether or not it is there. */
export function field({ doc, path }: Place, key: string, value: Scalar): Mended {
  const isThere = valueAt(doc.value, [...path, key]) !== undefined;
  return isThere
    ? setting({ doc, path: [...path, key] }, value)
    : mended([{ doc, path, how: 'add', key, value }]);
}

/** Puts an item into a list. */
export const appending = ({ doc, path }: Place, value: Scalar): Mended =>
  mended([{ doc, path, how: 'add', value }]);

/** One fix of several parts. */
export const together = (...all: readonly Mended[]): Mended =>
  mended(all.flatMap(({ changes = [] }) => changes));

/** The change by the only value that is possible; nothing where several are. */
export const only = <T>([first, ...others]: readonly T[], change: (value: T) => Mended): Mended =>
  first === undefined || others.length > 0 ? {} : change(first);

/** The only name that is known and almost the one that is written; nothing where it could be another. */
export function slipOf(place: Place, written: string, known: readonly string[]): Mended {
  const right = onlyNearest(written, known);
  return right === undefined ? {} : setting(place, right);
}
