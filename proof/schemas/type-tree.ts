import { valueAt, type Path } from '../source.ts';
import type { KubernetesTypes, ObjectType, TypeWord } from './kubernetes-types.ts';

/** A type's word without the list or map around it. */
export const innermost = (word: TypeWord): TypeWord => word.replaceAll(/[[\]{}]/g, '');

/** `[` of a list or `{` of a map, and the word of what is in it; neither for another word. */
export function contained(word: TypeWord): { readonly open?: string; readonly inner?: TypeWord } {
  const [, open, inner] = /^([[{])(.*)[\]}]$/.exec(word) ?? [];
  return open === undefined || inner === undefined ? {} : { open, inner };
}

/** A path as messages call it. */
export const shownPath = (path: Path): string => path.join('.') || 'the object';

/** The type of what stands at a path of an object of a type; `undefined` where the type has no such field. */
export function wordAt(types: KubernetesTypes, root: TypeWord, path: Path): TypeWord | undefined {
  return path.reduce<TypeWord | undefined>((word, step) => {
    if (word === undefined) return undefined;
    return contained(word).inner ?? types.type(word)?.fields.get(String(step));
  }, root);
}

/** How far below its right place a field is looked for. */
const deepest = 3;

/**
 * Where a field that stands at the wrong place belongs: in a part around it, else inside the part it stands in.
 * @param at the path of the part in which it stands.
 * @returns the path of the right part, lists without an index.
 */
export function placeOf(types: KubernetesTypes, root: TypeWord, at: Path, field: string): Path | undefined {
  for (let length = at.length - 1; length >= 0; length--) {
    const around = typeAt(types, root, at.slice(0, length));
    if (around?.fields.has(field)) return at.slice(0, length);
  }
  const own = wordAt(types, root, at);
  const below = own === undefined ? undefined : placeBelow(types, own, field, deepest);
  return below && [...at, ...below];
}

/**
 * The parts of an object that may have a field which stands at the wrong place: those around it, and those inside the part
 * it stands in.
 */
export function homesOf(types: KubernetesTypes, root: TypeWord, object: object, wrong: Path): Path[] {
  const [at, field] = [wrong.slice(0, -1), String(wrong.at(-1))];
  const around = at.map((_, length) => at.slice(0, length));
  const inside = partsBelow(valueAt(object, at), at, deepest);
  return [...around, ...inside].filter((path) => typeAt(types, root, path)?.fields.has(field));
}

/** The maps in a value, so many names below it. */
function partsBelow(value: unknown, path: Path, depth: number): Path[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]: [string, unknown]): Path[] => {
    if (Array.isArray(value))
      return [[...path, Number(key)], ...partsBelow(inner, [...path, Number(key)], depth)];
    if (depth === 0) return [];
    return [[...path, key], ...partsBelow(inner, [...path, key], depth - 1)];
  });
}

function typeAt(types: KubernetesTypes, root: TypeWord, path: Path): ObjectType | undefined {
  const word = wordAt(types, root, path);
  return word === undefined ? undefined : types.type(word);
}

function placeBelow(types: KubernetesTypes, word: TypeWord, field: string, depth: number): Path | undefined {
  const fields = [...(types.type(innermost(word))?.fields ?? [])];
  const direct = fields.find(([, inner]) => types.type(innermost(inner))?.fields.has(field));
  if (direct) return [direct[0]];
  if (depth === 0) return undefined;
  for (const [name, inner] of fields) {
    const further = placeBelow(types, inner, field, depth - 1);
    if (further) return [name, ...further];
  }
  return undefined;
}
