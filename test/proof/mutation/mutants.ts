import type { Doc } from '../../../proof/source.ts';
import { leavesOf, withLeaf, type Leaf } from './leaves.ts';

/** One leaf of one document, changed to a wrong value of the same kind. */
export interface Mutant {
  readonly docs: readonly Doc[];
  /** The kind and name of the object it is in. */
  readonly object: string;
  readonly path: Leaf['path'];
  readonly from: Leaf['value'];
  readonly to: Leaf['value'];
}

/** Every mutant of a set of manifests, in the order of its leaves. */
export function* mutantsOf(docs: readonly Doc[]): Generator<Mutant> {
  const seen = valuesByField(docs);
  for (const [index, doc] of docs.entries())
    for (const leaf of leavesOf(doc.value))
      for (const to of wrongValues(leaf, seen)) {
        const value = withLeaf(doc.value, leaf.path, to) as object;
        yield {
          docs: docs.map((other, position) => (position === index ? { ...doc, value } : other)),
          object: nameOf(doc.value),
          path: leaf.path,
          from: leaf.value,
          to,
        };
      }
}

/** `Service demo-redis spec.ports.0.port: 6379 → 6380`. */
export const mutantText = ({ object, path, from, to }: Mutant): string =>
  `${object} ${path.join('.')}: ${JSON.stringify(from)} → ${JSON.stringify(to)}`;

function nameOf(value: object): string {
  const { kind, metadata } = value as { kind?: string; metadata?: { name?: string } };
  return `${kind ?? ''} ${metadata?.name ?? ''}`;
}

type Seen = ReadonlyMap<string, readonly Leaf['value'][]>;

function wrongValues(leaf: Leaf, seen: Seen): Leaf['value'][] {
  const { value } = leaf;
  const made =
    typeof value === 'boolean' ? [!value] : typeof value === 'number' ? [value + 1] : wrongTexts(value);
  const others = otherValues(leaf, seen);
  return [...new Set([...made, ...others])].filter((one) => one !== value);
}

/** Names and words of Kubernetes for which there is another one that is just as well formed. */
const alternatives: Readonly<Record<string, readonly string[]>> = {
  TCP: ['UDP'],
  UDP: ['TCP'],
  ClusterIP: ['NodePort', 'LoadBalancer'],
  NodePort: ['ClusterIP', 'LoadBalancer'],
  Prefix: ['Exact'],
  ReadWriteOnce: ['ReadOnlyMany'],
  RuntimeDefault: ['Unconfined'],
  restricted: ['baseline', 'privileged'],
  '0.0.0.0': ['127.0.0.1'],
  none: ['jwt'],
  jwt: ['none'],
  yes: ['no'],
};

function wrongTexts(text: string): string[] {
  const truth = text === 'true' ? ['false'] : text === 'false' ? ['true'] : [];
  const words = /\s/.test(text)
    ? wrongWords(text)
    : [altered(text), ...wrongHosts(text), ...wrongNumbers(text)];
  return [...truth, ...(alternatives[text] ?? []), ...wrongUnits(text), ...words];
}

/** In a script or file, each word by itself. */
function wrongWords(text: string): string[] {
  return [...text.matchAll(/\S+/g)].flatMap(({ 0: word, index }) => {
    const around = (other: string): string => text.slice(0, index) + other + text.slice(index + word.length);
    const changed = [
      ...(/[A-Za-z]/.test(word) ? [altered(word)] : []),
      ...wrongNumbers(word),
      ...(alternatives[word] ?? []),
    ];
    return changed.map(around);
  });
}

/** A letter more, after the last letter or digit. */
const altered = (word: string): string =>
  /[A-Za-z0-9]/.test(word) ? word.replace(/([A-Za-z0-9])([^A-Za-z0-9]*)$/, '$1x$2') : `${word}x`;

/** The host of a URL. */
const wrongHosts = (text: string): string[] =>
  /^[a-z]+:\/\/[-\w.]+/.test(text) ? [text.replace(/^([a-z]+:\/\/[-\w.]+)/, '$1x')] : [];

/** Each number in a word, one more. */
const wrongNumbers = (word: string): string[] =>
  [...word.matchAll(/\d+/g)].map(
    ({ 0: digits, index }) =>
      word.slice(0, index) + String(BigInt(digits) + 1n) + word.slice(index + digits.length),
  );

const units: Readonly<Record<string, readonly string[]>> = {
  Mi: ['Ki', 'Gi'],
  Gi: ['Mi', 'Ti'],
  m: [''],
  Ki: ['Mi'],
};

function wrongUnits(text: string): string[] {
  const match = /^(\d+)(Mi|Gi|Ki|m)$/.exec(text);
  return match ? (units[match[2] ?? ''] ?? []).map((unit) => `${match[1] ?? ''}${unit}`) : [];
}

/** What else stands in fields of this sort: another port, another name, another host. */
function otherValues({ path, value }: Leaf, seen: Seen): Leaf['value'][] {
  const all = seen.get(fieldOf(path)) ?? [];
  const position = all.indexOf(value);
  const next = all[(position + 1) % all.length];
  return next === undefined || next === value ? [] : [next];
}

/** The sort of a field: its last two keys, or how the name of a variable ends. */
function fieldOf(path: Leaf['path']): string {
  const keys = path.filter((step) => typeof step === 'string');
  const last = keys.at(-1) ?? '';
  if (/^(port|containerPort|targetPort|number)$/.test(last)) return 'port';
  const variable = /_([A-Z]+)$/.exec(last)?.[1];
  return variable ? `data ${variable}` : `${keys.at(-2) ?? ''} ${last}`;
}

function valuesByField(docs: readonly Doc[]): Seen {
  const found = new Map<string, Set<Leaf['value']>>();
  for (const { value } of docs)
    for (const leaf of leavesOf(value)) {
      const field = fieldOf(leaf.path);
      found.set(field, (found.get(field) ?? new Set()).add(leaf.value));
    }
  return new Map(
    [...found].map(([field, values]) => [
      field,
      [...values].sort((a, b) => (String(a) < String(b) ? -1 : 1)),
    ]),
  );
}
