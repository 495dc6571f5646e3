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
 * Where a field that stands at the wrong place belongs: in a part around it, in the part of the same name of another level
 * (a `securityContext` of the pod or of a container), else inside the part it stands in.
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
  return namesake(types, root, at, field) ?? (below && [...at, ...below]);
}

/** The part of the same name that has the field, in a part around the one it stands in or a level below that. */
function namesake(types: KubernetesTypes, root: TypeWord, at: Path, field: string): Path | undefined {
  const name = String(at.at(-1));
  const has = (type: ObjectType | undefined): boolean => {
    const word = type?.fields.get(name);
    return word !== undefined && (types.type(innermost(word))?.fields.has(field) ?? false);
  };
  for (let length = at.length - 1; length >= 0; length--) {
    const around = at.slice(0, length);
    const type = typeAt(types, root, around);
    if (has(type)) return [...around, name];
    const [between] = [...(type?.fields ?? [])].find(([, word]) => has(types.type(innermost(word)))) ?? [];
    if (between !== undefined) return [...around, between, name];
  }
  return undefined;
}

/**
 * The parts of an object that may have a field which stands at the wrong place: those around it, those inside the part it
 * stands in, and those of the same name as that part.
 */
export function homesOf(types: KubernetesTypes, root: TypeWord, object: object, wrong: Path): Path[] {
  const [at, field] = [wrong.slice(0, -1), String(wrong.at(-1))];
  const around = at.map((_, length) => at.slice(0, length));
  const inside = partsBelow(valueAt(object, at), at, deepest);
  const namesakes = partsBelow(object, [], at.length).filter(
    (path) => path.at(-1) === at.at(-1) && path.join() !== at.join(),
  );
  const all = [...around, ...inside, ...namesakes];
  return all.filter((path) => typeAt(types, root, path)?.fields.has(field));
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

/** Whether a value is of the kind of a type's word: a list, a map of fields, or one value. */
export function isFormOf(types: KubernetesTypes, word: TypeWord, value: unknown): boolean {
  if (typeof value !== 'object' || value === null)
    return contained(word).open === undefined && types.type(word) === undefined && word !== 'object';
  return Array.isArray(value) === (contained(word).open === '[');
}

/** The first part directly in it; further below, the only one that is as near. */
function placeBelow(types: KubernetesTypes, word: TypeWord, field: string, depth: number): Path | undefined {
  let level: readonly { readonly path: Path; readonly word: TypeWord }[] = [{ path: [], word }];
  for (let below = 0; below <= depth; below++) {
    level = level.flatMap(({ path, word: around }) =>
      [...(types.type(innermost(around))?.fields ?? [])].map(([name, inner]) => ({
        path: [...path, name],
        word: inner,
      })),
    );
    const found = level.filter((one) => types.type(innermost(one.word))?.fields.has(field));
    if (found.length > 0) return below === 0 || found.length === 1 ? found[0]?.path : undefined;
  }
  return undefined;
}
