/**
 * Sets of fields as the API server keeps them in `managedFields` (FieldsV1): a tree whose keys are `f:name` (a field),
 * `k:{"name":"x"}` (an item of a keyed list), `v:"x"` (an item of a set), `i:0` (an index) and `.` (the thing itself).
 * A node without keys is a member as well: what it stands for is owned as a whole.
 */
export interface FieldSet {
  readonly [element: string]: FieldSet;
}

/** The way from the root to one field, element by element. */
export type FieldPath = readonly string[];

/** The set of no fields. */
export const noFields: FieldSet = {};

const childrenOf = (set: FieldSet): [string, FieldSet][] =>
  Object.entries(set).filter(([element]) => element !== '.');

/** Whether a set ends here: the field is owned as a whole (a scalar, an atomic list or map), or it is empty. */
export const isWhole = (set: FieldSet): boolean => childrenOf(set).length === 0;

/** Whether the field itself is a member, not only something below it. */
const isMember = (set: FieldSet): boolean => isWhole(set) || '.' in set;

/** Whether a set (a whole one, not a node of one) has no field. */
export const isEmpty = (set: FieldSet): boolean => Object.keys(set).length === 0;

/** Every field that is in one of two sets. */
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

/** Every field of a set that is not in the other. */
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

/** The part of a set below some of its first elements, such as `f:spec`. */
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

/** The element of a set that stands for an item of a list; `undefined` where it has none. */
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

/** The fields that tell the items of a list apart, as far as a set knows them: `['port', 'protocol']`. */
export function keysOfItems(set: FieldSet): readonly string[] | undefined {
  const keyed = Object.keys(set).find((element) => element.startsWith('k:'));
  return keyed === undefined ? undefined : Object.keys(JSON.parse(keyed.slice(2)) as object);
}

/** Whether a set knows the list as one whose items are single values, such as finalizers. */
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
