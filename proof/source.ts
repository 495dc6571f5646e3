import { isCyclic } from '../model/cyclic.ts';
import { withoutNulls } from '../model/without-nulls.ts';
import { foreignInputOf, templateIn, type ForeignInput } from './foreign-input.ts';
import { isMap, isSeq, LineCounter, parseAllDocuments, type Document, type Node } from 'yaml';

/** Where in a document something stands: keys and list indices from its top. */
export type Path = readonly (string | number)[];

/** One Kubernetes object as it was written, and on which line each part of it is. */
export interface Doc {
  readonly file: string;
  readonly value: object;
  /** The line, from 1, of what stands at `path`, or of the nearest thing above it that exists. */
  readonly lineOf: (path: Path) => number;
}

/** `backend.service.name` as a path, for keys without a dot in them. */
export const steps = (keys: string): string[] => keys.split('.');

/** One spot in a document, to be pointed at. */
export interface Place {
  readonly doc: Doc;
  readonly path: Path;
}

/** What stands at a path; `undefined` where nothing does. */
export const valueAt = (value: unknown, path: Path): unknown =>
  path.reduce<unknown>(
    (here, step) =>
      typeof here === 'object' && here !== null
        ? (here as Record<string | number, unknown>)[step]
        : undefined,
    value,
  );

/** Text that is no YAML, or YAML that is no Kubernetes object. */
export class UnreadableError extends Error {
  override readonly name = 'UnreadableError';
}

/** What Kubernetes' own YAML reader takes for a text, YAML 1.1 takes for a number of minutes or a date. */
const foreignTags = new Set(['tag:yaml.org,2002:timestamp', 'tag:yaml.org,2002:binary']);

/**
 * Every object in a text of YAML or JSON documents; the items of a List each for itself.
 * @param file how the text is called in messages.
 * @throws UnreadableError naming file and line of everything that is no YAML or no object.
 */
export function readDocuments(file: string, text: string): Doc[] {
  const lines = new LineCounter();
  const parsed = parseAllDocuments(text, {
    lineCounter: lines,
    prettyErrors: false,
    version: '1.1',
    customTags: (tags) =>
      tags.filter(
        (tag) =>
          typeof tag === 'string' ||
          !(foreignTags.has(tag.tag) || ('format' in tag && tag.format === 'TIME')),
      ),
  });
  const documents = Array.isArray(parsed) ? parsed : [];
  const problems = documents.flatMap((document) =>
    document.errors.map(({ pos, message }) => `${file}:${lines.linePos(pos[0]).line}: ${cut(message)}`),
  );
  if (problems.length > 0) {
    const foreign = templateIn(text);
    throw foreign ? refusedInput(file, foreign) : new UnreadableError(fewOf(problems).join('\n'));
  }
  return documents.flatMap((document) => objectsOf(file, document, lines));
}

const [mostLetters, mostErrors] = [80, 5];

/** The parser's errors quote the text around them; in a binary file that is most of it. */
const cut = (message: string): string => {
  const printable = message.replaceAll(/[^\P{C}\n]+/gu, '?').replaceAll('\n', ' ');
  return printable.length > mostLetters ? `${printable.slice(0, mostLetters)}…` : printable;
};

const fewOf = (problems: readonly string[]): string[] =>
  problems.length > mostErrors
    ? [...problems.slice(0, mostErrors), `… and ${problems.length - mostErrors} more errors like these.`]
    : [...problems];

const refusedInput = (file: string, { what, command }: ForeignInput): UnreadableError =>
  new UnreadableError(`${file} is ${what}. Verify what it renders: ${command} | mooring verify -`);

function objectsOf(file: string, document: Document, lines: LineCounter): Doc[] {
  const value = plainValue(file, document);
  if (value === null || value === undefined) return [];
  const foreign = foreignInputOf(document, value);
  if (foreign) throw refusedInput(file, foreign);
  const lineOf = (path: Path): number => lineAt(document.contents, path, lines);
  if (!isObject(value))
    throw new UnreadableError(
      `${file}:${lineOf([])}: this is ${Array.isArray(value) ? 'a list' : 'a text'}; expected a Kubernetes object with apiVersion and kind.`,
    );
  if (!isList(value)) return [{ file, value, lineOf }];
  return value.items.filter(isObject).map((item, index) => ({
    file,
    value: { ...itemIdentity(value), ...item },
    lineOf: (path) => lineOf(['items', index, ...path]),
  }));
}

/** `List`, and the list of each kind, such as `ConfigMapList`. */
const isList = (value: Record<string, unknown>): value is Record<string, unknown> & { items: unknown[] } =>
  /List$/.test(String(value['kind'])) && Array.isArray(value['items']);

/** In the list of a kind, items need not say what they are. */
const itemIdentity = ({ apiVersion, kind }: Record<string, unknown>): object =>
  kind === 'List' ? {} : { apiVersion, kind: String(kind).replace(/List$/, '') };

function plainValue(file: string, document: Document): unknown {
  const refused = (why: string): UnreadableError =>
    new UnreadableError(`${file}: ${why}; nothing can be proved about it.`);
  let value: unknown;
  try {
    value = document.toJS();
  } catch {
    throw refused('its aliases (*name) multiply, or it is nested too deeply');
  }
  if (isCyclic(value)) throw refused('an alias (*name) stands inside what it refers to');
  return withoutNulls(value);
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function lineAt(top: unknown, path: Path, lines: LineCounter): number {
  let here = top;
  let start = startOf(here);
  for (const step of path) {
    const next = stepInto(here, step);
    if (next === undefined) break;
    here = next.value;
    start = next.start ?? start;
  }
  return start === undefined ? 1 : lines.linePos(start).line;
}

function stepInto(
  node: unknown,
  step: string | number,
): { value: unknown; start: number | undefined } | undefined {
  if (isSeq(node)) {
    const value = node.items[Number(step)];
    return value === undefined ? undefined : { value, start: startOf(value) };
  }
  if (!isMap(node)) return undefined;
  const pair = node.items.find(({ key }) => String(key) === String(step));
  return pair && { value: pair.value, start: startOf(pair.key) ?? startOf(pair.value) };
}

const startOf = (node: unknown): number | undefined => (node as Node | null | undefined)?.range?.[0];
