/** A number, text or truth value somewhere in a document. */
export interface Leaf {
  readonly path: readonly (string | number)[];
  readonly value: string | number | boolean;
}

/** Every scalar leaf below a value. */
export function leavesOf(value: unknown, path: Leaf['path'] = []): Leaf[] {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return [{ path, value }];
  if (typeof value !== 'object' || value === null) return [];
  return Array.isArray(value)
    ? value.flatMap((item: unknown, index) => leavesOf(item, [...path, index]))
    : Object.entries(value).flatMap(([key, item]) => leavesOf(item, [...path, key]));
}

/** A copy of `value` with another leaf at `path`; everything beside the path is shared. */
export function withLeaf(value: unknown, path: Leaf['path'], leaf: Leaf['value']): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return leaf;
  if (Array.isArray(value))
    return value.map((item: unknown, index) => (index === step ? withLeaf(item, rest, leaf) : item));
  const object = value as Record<string, unknown>;
  return { ...object, [step]: withLeaf(object[step], rest, leaf) };
}

/** A copy without the digests among its annotations, which would give every change of a value away. */
export function withoutDigests<T extends object>(object: T): T {
  const copy = structuredClone(object) as Record<string, unknown>;
  const strip = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    for (const [key, item] of Object.entries(value)) {
      if (key === 'annotations') withoutDigest(item);
      else strip(item);
    }
  };
  strip(copy);
  return copy as T;
}

function withoutDigest(annotations: unknown): void {
  if (typeof annotations !== 'object' || annotations === null) return;
  for (const key of Object.keys(annotations))
    if (/digest|checksum/.test(key)) Reflect.deleteProperty(annotations, key);
}
