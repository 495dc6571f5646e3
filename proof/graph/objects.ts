import { distance } from 'fastest-levenshtein';
import { nearest } from '../../model/nearest.ts';
import { notShown } from '../../model/redact.ts';
import type { Fault } from '../findings.ts';
import { valueAt, type Doc, type Path, type Place } from '../source.ts';
import { homeOf, isKnown, isOwnGroup, kindsOf, shapes, type KnownKind, type Parsed } from './kinds.ts';

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
  /** Absent for a kind that is not checked. */
  readonly kind?: KnownKind;
  readonly content?: Parsed<KnownKind>;
}

/** Each document is read once: a mutated set of manifests shares all but one with the original. */
const memory = new WeakMap<object, Read>();

/** Reads a document by the shape of its kind. */
export function readObject(doc: Doc): Read {
  const known = memory.get(doc.value);
  if (known) return known;
  const read = readFresh(doc);
  memory.set(doc.value, read);
  return read;
}

function readFresh(doc: Doc): Read {
  const value = doc.value as Readonly<Record<string, unknown>>;
  const [apiVersion, kind] = [value['apiVersion'], value['kind']];
  const problem = identityProblem(doc, apiVersion, kind);
  if (problem) return { faults: [problem] };
  if (!isKnown(kind as string) || !isOwnGroup(apiVersion as string)) return { faults: [] };
  const parsed = shapes[kind as KnownKind].safeParse(value);
  if (parsed.success) return { faults: [], kind: kind as KnownKind, content: parsed.data };
  return {
    faults: parsed.error.issues.map((issue) =>
      shapeFault(doc, [...issue.path.map((step) => (typeof step === 'symbol' ? String(step) : step))], issue),
    ),
  };
}

function identityProblem(doc: Doc, apiVersion: unknown, kind: unknown): Fault | undefined {
  if (typeof apiVersion !== 'string' || typeof kind !== 'string')
    return {
      code: 'UNKNOWN_KIND',
      message: `This is no Kubernetes object: it has no ${typeof apiVersion === 'string' ? 'kind' : 'apiVersion'}.`,
      here: { doc, path: [typeof apiVersion === 'string' ? 'kind' : 'apiVersion'] },
      fix: 'Give verify rendered manifests only, such as what helm template or kustomize build write.',
    };
  const kinds = kindsOf(apiVersion);
  if (kinds?.includes(kind)) return undefined;
  if (kinds) return wrongKind(doc, apiVersion, kind, kinds);
  const meant = homeOf(kind);
  // Any other API group may exist, unless it is a letter or two from one of Kubernetes' own.
  if (!isOwnGroup(apiVersion) && !(meant && distance(apiVersion.toLowerCase(), meant) <= 2)) return undefined;
  return {
    code: 'UNKNOWN_KIND',
    message: `${kind} is said to be of apiVersion "${apiVersion}", which Kubernetes does not serve.`,
    here: { doc, path: ['apiVersion'] },
    fix: meant ? `Write apiVersion: ${meant}.` : 'Write an apiVersion your cluster serves.',
  };
}

function wrongKind(doc: Doc, apiVersion: string, kind: string, kinds: readonly string[]): Fault {
  const [elsewhere, near] = [homeOf(kind), nearest(kind, kinds)];
  return {
    code: 'UNKNOWN_KIND',
    message: `There is no kind "${kind}" in ${apiVersion}.`,
    here: { doc, path: ['kind'] },
    fix: elsewhere
      ? `Write apiVersion: ${elsewhere}, where ${kind} is.`
      : `Write one of ${kinds.join(', ')}.${near ? ` Did you mean ${near}?` : ''}`,
  };
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
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  array: 'a list',
  object: 'a map of fields',
  record: 'a map',
  boolean: 'true or false',
};

/** The place of a field of an object. */
export const placeIn = (object: { readonly doc: Doc }, ...path: Path): Place => ({ doc: object.doc, path });
