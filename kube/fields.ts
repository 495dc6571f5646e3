/**
 * Sets of fields as the API server keeps them in `managedFields` (FieldsV1): a tree whose keys are `f:name` (a field),
 * `k:{"name":"x"}` (an item of a keyed list), `v:"x"` (an item of a set), `i:0` (an index) and `.` (the thing itself).
 */
export interface FieldSet {
  readonly [element: string]: FieldSet;
}

/** The way from the root to one field, element by element. */
export type FieldPath = readonly string[];

export const unionOf = (one: FieldSet, other: FieldSet): FieldSet => {
  const union: Record<string, FieldSet> = { ...one };
  for (const [element, below] of Object.entries(other)) {
    const mine = union[element];
    union[element] = mine ? unionOf(mine, below) : below;
  }
  return union;
};

/** Every field of a set that is in none of the others. */
export function without(set: FieldSet, others: readonly FieldSet[]): FieldPath[] {
  return leavesOf(set).filter((path) => !others.some((other) => has(other, path)));
}

/** Every field of a set; an item or map that is owned as such ends in its own path, without `.`. */
function leavesOf(set: FieldSet, above: FieldPath = []): FieldPath[] {
  const elements = Object.entries(set);
  if (elements.length === 0) return [above];
  return elements.flatMap(([element, below]) =>
    element === '.' ? [above] : leavesOf(below, [...above, element]),
  );
}

/** Whether a set has a field, or something below it. */
export function has(set: FieldSet, path: FieldPath): boolean {
  let below: FieldSet | undefined = set;
  for (const element of path) below = below?.[element];
  return below !== undefined;
}

/** The object without that field; the same object where it has none. */
export function removed(value: unknown, [element, ...rest]: FieldPath): unknown {
  if (element === undefined) return undefined;
  const key = keyOf(value, element);
  if (key === undefined) return value;
  const inside = (value as Record<string | number, unknown>)[key];
  const left = removed(inside, rest);
  if (Array.isArray(value))
    return left === undefined ? value.toSpliced(Number(key), 1) : value.with(Number(key), left);
  const others = Object.entries(value as object).filter(([name]) => name !== key);
  return Object.fromEntries(left === undefined ? others : [...others, [key, left]]);
}

/** The key or index that an element leads to in `value`. */
function keyOf(value: unknown, element: string): string | number | undefined {
  const said = element.slice(2);
  if (element.startsWith('f:'))
    return typeof value === 'object' && value !== null && said in value ? said : undefined;
  if (!Array.isArray(value)) return undefined;
  const index = value.findIndex((item: unknown, position) => {
    if (element.startsWith('k:')) return matches(item, JSON.parse(said) as Record<string, unknown>);
    return element.startsWith('v:') ? JSON.stringify(item) === said : position === Number(said);
  });
  return index === -1 ? undefined : index;
}

const matches = (item: unknown, keys: Record<string, unknown>): boolean =>
  Object.entries(keys).every(
    ([name, value]) =>
      typeof item === 'object' && item !== null && (item as Record<string, unknown>)[name] === value,
  );
