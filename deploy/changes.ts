import { isDeepStrictEqual } from 'node:util';
import { masked } from '../model/redact.ts';
import { shownPart } from '../model/redact-object.ts';
import type { KubeObject } from '../kube/objects.ts';

/** One field that differs. `from` is absent where it is added, `to` where it is removed. */
export interface FieldChange {
  /** Such as `spec.template.spec.containers[web].image`. */
  readonly path: string;
  readonly from?: unknown;
  readonly to?: unknown;
}

/** Fields of `metadata` that the API server sets. */
const kept = ['managedFields', 'resourceVersion', 'generation', 'creationTimestamp', 'uid', 'selfLink'];

/** The annotation of client-side `kubectl apply`. */
const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

/** A `FieldChange` before redaction. */
export interface Difference {
  /** The path: a field's name, or an item's in brackets. */
  readonly steps: readonly string[];
  readonly from?: unknown;
  readonly to?: unknown;
}

/** Every field in which two states of one object differ, in the order of the object. Values may be secret. */
export function differencesBetween(live: KubeObject | undefined, next: KubeObject | undefined): Difference[] {
  return compare([], live && comparable(live), next && comparable(next));
}

/**
 * A difference, redacted: the values of a Secret, and elsewhere what is secret by its name or in a text, such as a
 * variable that `kubectl set env` wrote, a flag, or a line of a configuration file.
 */
export function redactedChange(kind: string | undefined, { steps, from, to }: Difference): FieldChange {
  const path = pathOf(steps);
  const isSecret = kind === 'Secret' && /^(data|stringData|$)/.test(path);
  const shown = (value: unknown): unknown => (isSecret ? masked : shownPart(steps, value));
  return {
    path,
    ...(from === undefined ? {} : { from: shown(from) }),
    ...(to === undefined ? {} : { to: shown(to) }),
  };
}

/** In place of the value of a field that others added: no name tells whether they keep a secret in it. */
export const hidden = '(not shown)';

/** `differencesBetween`, redacted. */
export const changesBetween = (live: KubeObject | undefined, next: KubeObject | undefined): FieldChange[] =>
  differencesBetween(live, next).map((difference) => redactedChange((live ?? next)?.kind, difference));

/** The value at a path; `undefined` where there is none. */
export const valueAt = (value: unknown, steps: readonly string[]): unknown =>
  steps.reduce((inside, name) => entriesOf(inside)?.get(name), value);

/**
 * A value with another one at a path; `undefined` removes what is there. Unchanged where the path leads through something
 * that is not there.
 */
export function replacedAt(value: unknown, [step, ...rest]: readonly string[], to: unknown): unknown {
  if (step === undefined) return to;
  const entries = entriesOf(value);
  const before = entries?.get(step);
  if (!entries || before === undefined) return value;
  const after = replacedAt(before, rest, to);
  const [list, others] = [
    Array.isArray(value),
    [...entries].map(([name, one]) => [name, name === step ? after : one]),
  ];
  const left = others.filter(([, one]) => one !== undefined);
  return list ? left.map(([, one]) => one) : Object.fromEntries(left);
}

/** An object without status and server-set metadata. */
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

function compare(steps: readonly string[], live: unknown, next: unknown): Difference[] {
  if (isDeepStrictEqual(live, next)) return [];
  const [a, b] = [entriesOf(live), entriesOf(next)];
  if (!a || !b) return leaf(steps, live, next);
  const names = new Set([...a.keys(), ...b.keys()]);
  const inside = [...names].flatMap((name) => compare([...steps, name], a.get(name), b.get(name)));
  // Only the order of a keyed list differs; it may be significant.
  return inside.length === 0 ? leaf(steps, live, next) : inside;
}

function leaf(steps: readonly string[], live: unknown, next: unknown): Difference[] {
  const [from, to] = [live, next].map(plainVariable);
  return [{ steps, ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) }];
}

/** An added or removed variable shows its value only: its name is in the path. */
function plainVariable(value: unknown): unknown {
  const isItem = typeof value === 'object' && value !== null && 'name' in value && 'value' in value;
  return isItem && Object.keys(value).length === 2 ? value.value : value;
}

/** The entries of an object or list by name; `undefined` for a scalar or a list without names. */
export function entriesOf(value: unknown): Map<string, unknown> | undefined {
  if (Array.isArray(value)) return listEntries(value);
  if (typeof value !== 'object' || value === null) return undefined;
  return new Map(Object.entries(value));
}

/** By name where every item has a unique one, as containers and variables do; else `undefined`. */
function listEntries(items: readonly unknown[]): Map<string, unknown> | undefined {
  const names = items.map((item) =>
    typeof item === 'object' && item !== null && 'name' in item ? String(item.name) : undefined,
  );
  if (names.includes(undefined) || new Set(names).size < names.length) return undefined;
  return new Map(items.map((item, index) => [`[${names[index] ?? ''}]`, item]));
}

const pathOf = (steps: readonly string[]): string => steps.reduce(joined, '');

function joined(path: string, name: string): string {
  if (name.startsWith('[')) return `${path}${name}`;
  if (!/^[A-Za-z_]\w*$/.test(name)) return `${path}[${name}]`;
  return path === '' ? name : `${path}.${name}`;
}
