import { isDeepStrictEqual } from 'node:util';
import { masked, shownValue } from '../model/redact.ts';
import type { KubeObject } from '../kube/objects.ts';

/** One field that differs. `from` is absent where it is new, `to` where it goes. */
export interface FieldChange {
  /** Such as `spec.template.spec.containers[backend].image`. */
  readonly path: string;
  readonly from?: unknown;
  readonly to?: unknown;
}

/** Fields of `metadata` the API server keeps for itself. */
const kept = ['managedFields', 'resourceVersion', 'generation', 'creationTimestamp', 'uid', 'selfLink'];

/** The note `kubectl apply` keeps for its own next time. */
const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

/**
 * Every field in which two states of one object differ, in the order of the object. Values of a Secret are masked, and elsewhere what
 * is secret by its name, such as a variable that `kubectl set env` wrote.
 */
export function changesBetween(live: KubeObject | undefined, next: KubeObject | undefined): FieldChange[] {
  const { kind } = live ?? next ?? {};
  return compare('', live && comparable(live), next && comparable(next)).map((change) => {
    const isSecret = kind === 'Secret' && /^(data|stringData)/.test(change.path);
    return withValues(change, (value) => (isSecret ? masked : shownValue(nameIn(kind, change.path), value)));
  });
}

/** What the value at a path is called where its owner chose the name: a variable, or a key of a ConfigMap. */
function nameIn(kind: string | undefined, path: string): string | undefined {
  const name = kind === 'ConfigMap' ? /^data\.?\[?([^\]]+)\]?$/ : /\.env\[([^\]]+)\]\.value$/;
  return name.exec(path)?.[1];
}

/** What its owner wrote of an object, without status and bookkeeping. */
function comparable(object: KubeObject): object {
  const { metadata, ...rest } = object;
  const { annotations = {}, ...others } = metadata;
  const fields = Object.entries(rest).filter(([name]) => name !== 'status');
  const entries = Object.entries(others).filter(([name]) => !kept.includes(name));
  const notes = Object.entries(annotations).filter(([name]) => name !== lastApplied);
  return {
    ...Object.fromEntries(fields),
    metadata: {
      ...Object.fromEntries(entries),
      ...(notes.length > 0 ? { annotations: Object.fromEntries(notes) } : {}),
    },
  };
}

const withValues = ({ path, from, to }: FieldChange, shown: (value: unknown) => unknown): FieldChange => ({
  path,
  ...(from === undefined ? {} : { from: shown(from) }),
  ...(to === undefined ? {} : { to: shown(to) }),
});

function compare(path: string, live: unknown, next: unknown): FieldChange[] {
  if (isDeepStrictEqual(live, next)) return [];
  const [a, b] = [entriesOf(live), entriesOf(next)];
  if (!a || !b) return leaf(path, live, next);
  const names = new Set([...a.keys(), ...b.keys()]);
  const inside = [...names].flatMap((name) => compare(step(path, name), a.get(name), b.get(name)));
  // Only the order of a keyed list differs, and there the order may mean something.
  return inside.length === 0 ? leaf(path, live, next) : inside;
}

const leaf = (path: string, from: unknown, to: unknown): FieldChange[] => [
  { path, ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) },
];

/** The parts of an object or list by name; `undefined` for what has none. Absent on one side: everything is new. */
function entriesOf(value: unknown): Map<string, unknown> | undefined {
  if (Array.isArray(value)) return listEntries(value);
  if (typeof value !== 'object' || value === null) return undefined;
  return new Map(Object.entries(value));
}

/** By name where every item has one of its own, as containers and variables do; else as a whole. */
function listEntries(items: readonly unknown[]): Map<string, unknown> | undefined {
  const names = items.map((item) =>
    typeof item === 'object' && item !== null && 'name' in item ? String(item.name) : undefined,
  );
  if (names.includes(undefined) || new Set(names).size < names.length) return undefined;
  return new Map(items.map((item, index) => [`[${names[index] ?? ''}]`, item]));
}

function step(path: string, name: string): string {
  if (name.startsWith('[')) return `${path}${name}`;
  if (!/^[A-Za-z_]\w*$/.test(name)) return `${path}[${name}]`;
  return path === '' ? name : `${path}.${name}`;
}
