import { distance } from 'fastest-levenshtein';
import type { z } from 'zod';
import { nearest } from '../../model/nearest.ts';
import { notShown } from '../../model/redact.ts';
import type { Fault } from '../findings.ts';
import { keysAround, pathKey } from '../places.ts';
import { valueAt, writtenAt, type Doc, type Path, type Place } from '../source.ts';
import { shownPath } from '../schemas/type-tree.ts';
import { typeWords } from '../schemas/type-words.ts';
import { expectedIn } from '../shapes/expected.ts';
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
  const isSlip = near !== undefined && distance(near.toLowerCase(), kind.toLowerCase()) <= mostLetters;
  return isSlip && isKnown(near) && isGroupOf(apiVersion, near) ? near : undefined;
}

/** A PersistentVolume and a GatewayClass are further from a PersistentVolumeClaim and a Gateway. */
const mostLetters = 2;

/** A stand-in may uncover what else is wrong, but not without end. */
const mostRounds = 100;

/**
 * The object with a stand-in for what its shape refuses: one bad field must not hide what else is wrong. A part keeps
 * its place, so that the lines of the others are right.
 */
function readShape(doc: Doc, kind: KnownKind, standIns: StandIns): Read {
  const shape: z.ZodType<Parsed<KnownKind>> = shapes[kind];
  const parse = (value: unknown): Parsed<KnownKind> | readonly Issue[] => {
    const parsed = shape.safeParse(value, { error: expectedIn });
    return parsed.success
      ? parsed.data
      : parsed.error.issues.map(({ path, message }) => ({ path: path.map(stepOf), message }));
  };
  let { value, found } = withoutEmpty(doc.value, parse);
  const faults = isIssues(found) ? found.map((issue) => shapeFault(doc, issue.path, issue)) : [];
  ({ value, found } = asMeant(doc, value, found, parse));
  const damage: Path[] = [];
  for (let round = 0; isIssues(found); round++) {
    const repaired = round < mostRounds ? repair(value, found, standIns, parse) : undefined;
    if (!repaired) return { faults, damage: [[]] };
    damage.push(...repaired.paths);
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
  const empty = pathsOf(found).filter((path) => valueAt(value, path) === '' && !isRefusedEmpty(path));
  if (empty.length === 0) return { value, found };
  const without = (paths: readonly Path[]): unknown =>
    withParts(
      value,
      paths.map((path) => [path, undefined]),
    );
  const isRefused = faultyIn(parse(without(empty)));
  const left = without(empty.filter((path) => !isRefused(path)));
  return { value: left, found: parse(left) };
}

/** With texts for the numbers and truth values that should be in quotes, and the other way round: what is meant is certain. */
function asMeant(
  doc: Doc,
  value: unknown,
  found: Found,
  parse: (value: unknown) => Found,
): { readonly value: unknown; readonly found: Found } {
  const meant = pathsOf(found).flatMap((path): Part[] => {
    const other = otherType(doc, path, valueAt(value, path));
    return other === undefined ? [] : [[path, other]];
  });
  if (meant.length === 0) return { value, found };
  const isRefused = faultyIn(parse(withParts(value, meant)));
  const left = withParts(
    value,
    meant.filter(([path]) => !isRefused(path)),
  );
  return { value: left, found: parse(left) };
}

/** A text as it is written: `n` and `1.10` are no texts to YAML, and say more than what they are read as. */
function otherType(doc: Doc, path: Path, found: unknown): string | number | boolean | undefined {
  if (typeof found === 'string' && /^\d{1,9}$/.test(found)) return Number(found);
  if (found === 'true' || found === 'false') return found === 'true';
  if (typeof found !== 'number' && typeof found !== 'boolean') return undefined;
  const quoted = doc.editOf?.({ path, how: 'quote' })?.text;
  return quoted === undefined ? String(found) : (JSON.parse(quoted) as string);
}

interface Issue {
  readonly path: Path;
  readonly message: string;
}
type Found = Parsed<KnownKind> | readonly Issue[];

const isIssues = (found: Found): found is readonly Issue[] => Array.isArray(found);

const stepOf = (step: PropertyKey): string | number => (typeof step === 'symbol' ? String(step) : step);

type StandIn = (found: unknown, nth: string, path: Path) => unknown;

const textLike = (found: unknown, nth: string): string =>
  typeof found === 'string' ? asName(found) : `unread-as-well-${nth}`;

/** What may stand in for a part. */
const candidates: Readonly<Record<StandIns, readonly StandIn[]>> = {
  plain: [
    () => undefined,
    (_, nth) => `unread-${nth}`,
    () => 1,
    (_, nth) => `/unread-${nth}`,
    ...[() => ({}), () => [], () => false],
  ],
  plausible: [
    textLike,
    () => 2,
    () => undefined,
    (found, nth) => `/${textLike(found, nth)}`,
    ...[() => ({}), () => [], () => true],
  ],
};

const keepsNothing = Symbol('this stand-in is not for this part');

/** Of a Secret or ConfigMap the keys are right, whatever is wrong with a value. */
const kept: Readonly<Record<StandIns, StandIn>> = {
  plain: (_, __, path) => (isDatum(path) ? 'bm90IHJlYWQx' : keepsNothing),
  plausible: (_, __, path) => (isDatum(path) ? 'bm90IHJlYWQy' : keepsNothing),
};

const isDatum = ([field, ...inside]: Path): boolean =>
  inside.length === 1 && /^(data|stringData|binaryData)$/.test(String(field));

/** A text with what no name may have taken out. */
const asName = (text: string): string =>
  text
    .toLowerCase()
    .replaceAll(/[^-a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '');

/** The paths of issues, each once. */
const pathsOf = (found: Found): readonly Path[] =>
  isIssues(found) ? [...new Map(found.map(({ path }) => [pathKey(path), path])).values()] : [];

/** Whether an issue is at a path or inside it. */
function faultyIn(found: Found): (path: Path) => boolean {
  const faulty = new Set(pathsOf(found).flatMap(keysAround));
  return (path) => faulty.has(pathKey(path));
}

/** The object with stand-ins that its shape takes, at the paths of issues or around them; all at once. */
function repair(
  value: unknown,
  issues: readonly Issue[],
  standIns: StandIns,
  parse: (value: unknown) => Found,
): { readonly value: unknown; readonly found: Found; readonly paths: readonly Path[] } | undefined {
  let found: Found = issues;
  let open = outermost(pathsOf(issues));
  let stood: readonly Part[] = [];
  while (open.length > 0) {
    if (open.some((path) => path.length === 0)) return undefined;
    for (const candidate of [kept[standIns], ...candidates[standIns]]) {
      const tried = open.flatMap((path): Part[] => {
        const part = candidate(valueAt(value, path), nthOf(path), path);
        return part === keepsNothing ? [] : [[path, part]];
      });
      found = parse(withParts(value, [...stood, ...tried]));
      const isFaulty = faultyIn(found);
      stood = [...stood, ...tried.filter(([path]) => !isFaulty(path))];
      open = open.filter(isFaulty);
      if (open.length === 0) break;
    }
    open = outermost(open.map((path) => path.slice(0, -1)));
    const isReplaced = insideOf(open);
    stood = stood.filter(([path]) => !isReplaced(path));
  }
  return { value: withParts(value, stood), found, paths: stood.map(([path]) => path) };
}

/** What stands at a path instead; `undefined` is nothing. */
type Part = readonly [path: Path, value: unknown];

const nthOf = (path: Path): string => path.filter((step) => typeof step === 'number').join('-');

/** Whether a path is one of some, or inside of one. */
function insideOf(paths: readonly Path[]): (path: Path) => boolean {
  const keys = new Set(paths.map(pathKey));
  return (path) => keysAround(path).some((key) => keys.has(key));
}

/** Those that are not inside of another, each once. */
function outermost(paths: readonly Path[]): readonly Path[] {
  const each = new Map(paths.map((path) => [pathKey(path), path]));
  return [...each.values()].filter((path) =>
    keysAround(path)
      .slice(0, -1)
      .every((key) => !each.has(key)),
  );
}

function withParts(value: unknown, parts: readonly Part[]): unknown {
  const copy = structuredClone(value);
  for (const [path, part] of parts) {
    const [parent, step] = [valueAt(copy, path.slice(0, -1)), path.at(-1)];
    if (typeof parent !== 'object' || parent === null || step === undefined) continue;
    if (part === undefined) Reflect.deleteProperty(parent, step);
    else Reflect.set(parent, step, part);
  }
  return copy;
}

function shapeFault(doc: Doc, path: Path, issue: { readonly message: string }): Fault {
  const here = { doc, path };
  const isSecret = valueAt(doc.value, ['kind']) === 'Secret' && path[0] !== 'metadata';
  const isUnquoted = ['number', 'boolean'].includes(typeof valueAt(doc.value, path));
  const expected =
    isUnquoted && !isSecret && issue.message.startsWith(typeWords.string)
      ? `${typeWords.string}; put it in quotes: "${writtenAt(here)}"`
      : issue.message;
  return {
    code: 'INVALID_FIELD',
    message: `${shownPath(path)} is ${isSecret ? notShown : writtenAt(here).slice(0, 80)}; expected ${expected}.`,
    here,
    fix: `Write ${expected}.`,
  };
}

/** The place of a field of an object. */
export const placeIn = (object: { readonly doc: Doc }, ...path: Path): Place => ({ doc: object.doc, path });
