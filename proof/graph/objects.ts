import type { z } from 'zod';
import { nearest } from '../../model/nearest.ts';
import { notShown } from '../../model/redact.ts';
import type { Fault } from '../findings.ts';
import { valueAt, type Doc, type Path, type Place } from '../source.ts';
import { typeWords } from '../schemas/type-words.ts';
import { isGroupOf, isKnown, isNearGroup, shapes, type KnownKind, type Parsed } from './kinds.ts';

/** One object of the manifests, read by the shape of its kind. */
export type ObjectOf<K extends KnownKind> = {
  readonly [P in K]: {
    readonly kind: P;
    readonly name: string;
    readonly namespace: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly doc: Doc;
    readonly content: Parsed<P>;
  };
}[K];
export type AnyObject = ObjectOf<KnownKind>;

interface Read {
  readonly faults: readonly Fault[];
  /** The parts that are left out of the content, since Kubernetes would refuse them. */
  readonly damage: readonly Path[];
  /** Absent for a kind that is not checked. */
  readonly kind?: KnownKind;
  readonly content?: Parsed<KnownKind>;
}

/** Each document is read once: a mutated set of manifests shares all but one with the original. */
const memory = { plain: new WeakMap<object, Read>(), plausible: new WeakMap<object, Read>() };

/** What stands in for a part that cannot be read: the least of its type, or what it was probably meant to be. */
export type StandIns = keyof typeof memory;

/** Reads a document by the shape of its kind. */
export function readObject(doc: Doc, standIns: StandIns): Read {
  const known = memory[standIns].get(doc.value);
  if (known) return known;
  const read = readFresh(doc, standIns);
  memory[standIns].set(doc.value, read);
  return read;
}

function readFresh(doc: Doc, standIns: StandIns): Read {
  const value = doc.value as Readonly<Record<string, unknown>>;
  const [apiVersion, kind] = [value['apiVersion'], value['kind']];
  if (typeof apiVersion !== 'string' || typeof kind !== 'string') return nothing;
  const meant = isKnown(kind) ? kind : meantKind(apiVersion, kind);
  if (meant === undefined || !isNearGroup(apiVersion, meant)) return nothing;
  const read = readShape(doc, meant, standIns);
  return kind === meant && isGroupOf(apiVersion, meant) ? read : { ...read, faults: [] };
}

const nothing: Read = { faults: [], damage: [] };

/** What has a slip in its kind is read as the kind it was meant to be: the slip is reported by the schema. */
function meantKind(apiVersion: string, kind: string): KnownKind | undefined {
  const near = nearest(kind, Object.keys(shapes));
  return near !== undefined && isKnown(near) && isGroupOf(apiVersion, near) ? near : undefined;
}

/** So many parts of one object may be unreadable. */
const mostRepairs = 100;

/**
 * The object with a stand-in for what its shape refuses: one bad field must not hide what else is wrong. A part keeps
 * its place, so that the lines of the others are right.
 */
function readShape(doc: Doc, kind: KnownKind, standIns: StandIns): Read {
  const shape: z.ZodType<Parsed<KnownKind>> = shapes[kind];
  const parse = (value: unknown): Parsed<KnownKind> | readonly Issue[] => {
    const parsed = shape.safeParse(value);
    return parsed.success
      ? parsed.data
      : parsed.error.issues.map(({ path, message }) => ({ path: path.map(stepOf), message }));
  };
  let { value, found } = withoutEmpty(doc.value, parse);
  const faults = isIssues(found) ? found.map((issue) => shapeFault(doc, issue.path, issue)) : [];
  const damage: Path[] = [];
  while (isIssues(found)) {
    const path = found[0]?.path ?? [];
    const repaired = damage.length < mostRepairs ? repair(value, path, standIns, parse) : undefined;
    if (!repaired) return { faults, damage: [[]] };
    damage.push(repaired.path);
    [value, found] = [repaired.value, repaired.found];
  }
  return { faults, damage, kind, content: found };
}

/** Amounts, and fields that are pointers in Kubernetes' Go types: there an empty text is a value, and refused. */
const refusedEmpty = ['sizeLimit', 'ingressClassName', 'path', 'unhealthyPodEvictionPolicy'];
const isRefusedEmpty = (path: Path): boolean =>
  refusedEmpty.includes(String(path.at(-1))) ||
  path.includes('requests') ||
  path.includes('limits') ||
  path.join('.') === 'metadata.name';

/** Without the empty texts that are refused and need not be there: Kubernetes takes an empty text as no text. */
function withoutEmpty(
  value: unknown,
  parse: (value: unknown) => Found,
): { readonly value: unknown; readonly found: Found } {
  const found = parse(value);
  const empty = isIssues(found)
    ? found.filter(({ path }) => valueAt(value, path) === '' && !isRefusedEmpty(path))
    : [];
  return empty.reduce(
    (before, { path }) => {
      const tried = withPart(before.value, path, undefined);
      const left = parse(tried);
      return isIssues(left) && left.some((issue) => isWithin(issue.path, path))
        ? before
        : { value: tried, found: left };
    },
    { value, found },
  );
}

interface Issue {
  readonly path: Path;
  readonly message: string;
}
type Found = Parsed<KnownKind> | readonly Issue[];

const isIssues = (found: Found): found is readonly Issue[] => Array.isArray(found);

const stepOf = (step: PropertyKey): string | number => (typeof step === 'symbol' ? String(step) : step);

/** What may stand in for a part. */
function candidates(found: unknown, nth: string, standIns: StandIns): readonly unknown[] {
  if (standIns === 'plain') return [undefined, `unread-${nth}`, 1, `/unread-${nth}`, {}, [], false];
  const text = typeof found === 'string' ? asName(found) : `unread-as-well-${nth}`;
  return [text, 2, undefined, `/${text}`, {}, [], true];
}

/** A text with what no name may have taken out. */
const asName = (text: string): string =>
  text
    .toLowerCase()
    .replaceAll(/[^-a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '');

/** The object with a stand-in at a path, or around it, that its shape takes. */
function repair(
  value: unknown,
  path: Path,
  standIns: StandIns,
  parse: (value: unknown) => Found,
): { readonly value: unknown; readonly found: Found; readonly path: Path } | undefined {
  const nth = path.filter((step) => typeof step === 'number').join('-');
  for (const candidate of candidates(valueAt(value, path), nth, standIns)) {
    const tried = withPart(value, path, candidate);
    const found = parse(tried);
    if (!isIssues(found) || !found.some((issue) => isWithin(issue.path, path)))
      return { value: tried, found, path };
  }
  return path.length > 1 ? repair(value, path.slice(0, -1), standIns, parse) : undefined;
}

const isWithin = (inner: Path, outer: Path): boolean => outer.every((step, at) => inner[at] === step);

function withPart(value: unknown, path: Path, part: unknown): unknown {
  const copy = structuredClone(value);
  const [parent, step] = [valueAt(copy, path.slice(0, -1)), path.at(-1)];
  if (typeof parent !== 'object' || parent === null || step === undefined) return copy;
  if (part === undefined) Reflect.deleteProperty(parent, step);
  else Reflect.set(parent, step, part);
  return copy;
}

function shapeFault(doc: Doc, path: Path, issue: { readonly message: string }): Fault {
  const found: unknown = valueAt(doc.value, path);
  const expected = expectedIn(issue.message, found);
  return {
    code: 'INVALID_FIELD',
    message: `${path.join('.') || 'The object'} is ${foundText(doc, path, found)}; expected ${expected}.`,
    here: { doc, path },
    fix: `Write ${expected}.`,
  };
}

function foundText(doc: Doc, path: Path, found: unknown): string {
  if (found === undefined) return 'nothing';
  const secret = 'kind' in doc.value && doc.value.kind === 'Secret' && path[0] !== 'metadata';
  return secret ? notShown : JSON.stringify(found).slice(0, 80);
}

/** The expectation in zod's message, as it completes "expected …". */
function expectedIn(message: string, found: unknown): string {
  const unquoted = /expected string, received (number|boolean)/.test(message);
  if (unquoted) return `a text; put it in quotes: "${String(found)}"`;
  const words = message
    .replace(/^Invalid (input|option|value): expected /, '')
    .replace(/, received \w+$/, '')
    .replace(/^Unrecognized keys?: (.*)$/, 'no such field as $1');
  return words.replace(/^(string|number|array|object|boolean|int|record)$/, (word) => articles[word] ?? word);
}

const articles: Readonly<Record<string, string>> = {
  ...typeWords,
  int: typeWords.integer,
  record: 'a map',
};

/** The place of a field of an object. */
export const placeIn = (object: { readonly doc: Doc }, ...path: Path): Place => ({ doc: object.doc, path });
