import { valueAt, type Doc, type Path } from '../../../proof/source.ts';

/** How a part of a document is damaged. */
export type Damage = 'deleted' | 'emptied' | 'doubled' | 'swapped' | '0' | '-1' | '65536';

/** One part of one document that is deleted, emptied, doubled, swapped with its sibling or set to a number. */
export interface StructuralMutant {
  readonly docs: readonly Doc[];
  /** The document as it was. */
  readonly doc: Doc;
  readonly path: Path;
  readonly damage: Damage;
}

/** Every structural mutant of a set of manifests, in the order of its parts; what an object is called stays. */
export function* structuralMutantsOf(docs: readonly Doc[]): Generator<StructuralMutant> {
  for (const [index, doc] of docs.entries())
    for (const path of partsOf(doc.value))
      for (const [damage, value] of damagesOf(doc.value, path))
        yield {
          docs: docs.map((other, position) => (position === index ? { ...doc, value } : other)),
          doc,
          path,
          damage,
        };
}

const isGroup = (value: unknown): value is Record<string | number, unknown> =>
  typeof value === 'object' && value !== null;

const identity = new Set(['apiVersion', 'kind', 'metadata', 'metadata.name']);

function partsOf(value: unknown, at: Path = []): Path[] {
  const own = at.length > 0 && !identity.has(at.join('.')) ? [at] : [];
  if (!isGroup(value)) return own;
  const keys = Array.isArray(value) ? value.keys() : Object.keys(value);
  return [...own, ...[...keys].flatMap((key) => partsOf(value[key], [...at, key]))];
}

function damagesOf(document: object, path: Path): [Damage, object][] {
  const value = valueAt(document, path);
  const [around, step] = [valueAt(document, path.slice(0, -1)), path.at(-1)];
  const replaced = (part: unknown): object => changed(document, path, (parent, key) => (parent[key] = part));
  const inList = Array.isArray(around) && typeof step === 'number';
  return [
    ['deleted', changed(document, path, remove)],
    ...emptied(value).map((part): [Damage, object] => ['emptied', replaced(part)]),
    ...(inList
      ? [
          ['doubled', changed(document, path, (parent, key) => insert(parent, key, value))] as [
            Damage,
            object,
          ],
        ]
      : []),
    ...(inList && step + 1 < around.length
      ? [['swapped', changed(document, path, swap)] as [Damage, object]]
      : []),
    ...(typeof value === 'number'
      ? [0, -1, 65_536]
          .filter((number) => number !== value)
          .map((number): [Damage, object] => [String(number) as Damage, replaced(number)])
      : []),
  ];
}

/** A text, list or map without anything in it. */
function emptied(value: unknown): unknown[] {
  if (typeof value === 'string') return value === '' ? [] : [''];
  if (!isGroup(value) || Object.keys(value).length === 0) return [];
  return [Array.isArray(value) ? [] : {}];
}

type Group = Record<string | number, unknown>;

function changed(
  document: object,
  path: Path,
  change: (parent: Group, key: string | number) => void,
): object {
  const copy = structuredClone(document);
  const parent = valueAt(copy, path.slice(0, -1));
  const step = path.at(-1);
  if (isGroup(parent) && step !== undefined) change(parent, step);
  return copy;
}

function remove(parent: Group, key: string | number): void {
  if (Array.isArray(parent)) parent.splice(Number(key), 1);
  else Reflect.deleteProperty(parent, key);
}

function insert(parent: Group, key: string | number, value: unknown): void {
  if (Array.isArray(parent)) parent.splice(Number(key), 0, structuredClone(value));
}

function swap(parent: Group, key: string | number): void {
  const next = Number(key) + 1;
  [parent[key], parent[next]] = [parent[next], parent[key]];
}
