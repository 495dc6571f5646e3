/**
 * A field set of `managedFields` (FieldsV1): a tree whose keys are `f:name` (a field), `k:{"name":"x"}` (an item of a
 * keyed list), `v:"x"` (an item of a set), `i:0` (an index) and `.` (the node itself). A node without keys is owned as
 * a whole.
 */
export interface FieldSet {
  readonly [element: string]: FieldSet;
}

/** The path of one field from the root, element by element. */
export type FieldPath = readonly string[];

/** The empty set. */
export const noFields: FieldSet = {};

const childrenOf = (set: FieldSet): [string, FieldSet][] =>
  Object.entries(set).filter(([element]) => element !== '.');

/** Whether a node is a leaf: the field is owned as a whole (a scalar, an atomic list or map), or empty. */
export const isWhole = (set: FieldSet): boolean => childrenOf(set).length === 0;

/** Whether the field itself is a member, not only fields below it. */
const isMember = (set: FieldSet): boolean => isWhole(set) || '.' in set;

/** Whether a root set has no field. */
export const isEmpty = (set: FieldSet): boolean => Object.keys(set).length === 0;

/** Every field that is in either set. */
export function unionOf(one: FieldSet, other: FieldSet): FieldSet {
  if (isEmpty(one) || isEmpty(other)) return isEmpty(one) ? other : one;
  return joined(one, other);
}

function joined(one: FieldSet, other: FieldSet): FieldSet {
  const union: Record<string, FieldSet> = Object.fromEntries(childrenOf(one));
  for (const [element, inside] of childrenOf(other)) {
    const mine = union[element];
    union[element] = mine ? joined(mine, inside) : inside;
  }
  const isEither = isMember(one) || isMember(other);
  return isEither && !isEmpty(union) ? { '.': {}, ...union } : union;
}

/** Every field of `set` that is not in `other`. */
export const without = (set: FieldSet, other: FieldSet): FieldSet =>
  isEmpty(set) || isEmpty(other) ? set : (less(set, other) ?? noFields);

function less(set: FieldSet, other: FieldSet): FieldSet | undefined {
  const left = childrenOf(set).flatMap(([element, inside]): [string, FieldSet][] => {
    const theirs = other[element];
    const rest = theirs ? less(inside, theirs) : inside;
    return rest ? [[element, rest]] : [];
  });
  const staysMember = isMember(set) && !isMember(other);
  if (left.length === 0) return staysMember ? {} : undefined;
  return { ...(staysMember ? { '.': {} } : {}), ...Object.fromEntries(left) };
}

/** The part of a set below some of its top-level elements, such as `f:spec`. */
export const below = (set: FieldSet, elements: readonly string[]): FieldSet =>
  Object.fromEntries(childrenOf(set).filter(([element]) => elements.includes(element)));

/** The set of one field. */
export const fieldAt = (path: FieldPath): FieldSet =>
  path.reduceRight<FieldSet>((set, element) => ({ [element]: set }), {});

/** Whether a set has a field, or something below it. */
export function has(set: FieldSet, path: FieldPath): boolean {
  let inside: FieldSet | undefined = set;
  for (const element of path) inside = inside?.[element];
  return inside !== undefined;
}

/** The element of a set for an item of a list; `undefined` where it has none. */
export const elementOfItem = (set: FieldSet, item: unknown, index: number): string | undefined =>
  childrenOf(set).find(([element]) => isElementOf(element, item, index))?.[0];

function isElementOf(element: string, item: unknown, index: number): boolean {
  const said = element.slice(2);
  if (element.startsWith('k:')) return hasKeys(item, JSON.parse(said) as Record<string, unknown>);
  return element.startsWith('v:') ? JSON.stringify(item) === said : index === Number(said);
}

const hasKeys = (item: unknown, keys: Record<string, unknown>): boolean =>
  Object.entries(keys).every(
    ([name, value]) =>
      typeof item === 'object' && item !== null && (item as Record<string, unknown>)[name] === value,
  );

/** The key fields of a keyed list, as a set has them: `['port', 'protocol']`. */
export function keysOfItems(set: FieldSet): readonly string[] | undefined {
  const keyed = Object.keys(set).find((element) => element.startsWith('k:'));
  return keyed === undefined ? undefined : Object.keys(JSON.parse(keyed.slice(2)) as object);
}

/** Whether the set's list is a list of scalars, such as finalizers. */
export const isSetOfValues = (set: FieldSet): boolean =>
  Object.keys(set).some((element) => element.startsWith('v:'));

/** A path as the API server writes it: `.spec.ports[port=80,protocol="TCP"].name`. */
export const pathText = (path: FieldPath): string => path.map(elementText).join('');

function elementText(element: string): string {
  const said = element.slice(2);
  if (element.startsWith('f:')) return `.${said}`;
  if (element.startsWith('v:')) return `[=${said}]`;
  if (element.startsWith('i:')) return `[${said}]`;
  const keys = Object.entries(JSON.parse(said) as Record<string, unknown>);
  return `[${keys.map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(',')}]`;
}
