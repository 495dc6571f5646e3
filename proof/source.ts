import { isUtf8 } from 'node:buffer';
import { isFields } from '../model/fields.ts';
import { usualCall } from '../model/names.ts';
import { withoutNulls } from '../model/without-nulls.ts';
import { foreignInputOf, isPatch, templateIn, type ForeignInput } from './foreign-input.ts';
import type { Path } from './yaml/path.ts';
import { readYaml, YamlError, type YamlDocument } from './yaml/read.ts';

export type { Path };

/** One Kubernetes object as it was written, and on which line each part of it is. */
export interface Doc {
  readonly file: string;
  readonly value: object;
  /** The line, from 1, of what stands at `path`, or of the nearest thing above it that exists. */
  readonly lineOf: (path: Path) => number;
  /** What a change of it would write in the file; absent where it is not from a file. */
  readonly editOf?: YamlDocument['editOf'];
  readonly lastLineOf?: YamlDocument['lastLineOf'];
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

/** A value as its file has it, else in JSON: a number may be written in another way than it is read, as 0755 is 493. */
export function writtenAt({ doc, path }: Place): string {
  const value = valueAt(doc.value, path);
  if (value === undefined) return 'missing';
  const quoted = typeof value === 'string' ? undefined : doc.editOf?.({ path, how: 'quote' })?.text;
  return quoted === undefined ? JSON.stringify(value) : (JSON.parse(quoted) as string);
}

/** Text that is no YAML, or YAML that is no Kubernetes object. */
export class UnreadableError extends Error {
  override readonly name = 'UnreadableError';
  readonly file: string;
  readonly line: number;
  /** The message without where it is. */
  readonly what: string;

  constructor(
    file: string,
    what: string,
    { line, cause }: { readonly line?: number; readonly cause?: unknown },
  ) {
    super(`${file}${line === undefined ? ' ' : `:${line}: `}${what}`, { cause });
    [this.file, this.line, this.what] = [file, line ?? 1, what];
  }
}

/**
 * Every object in a text of YAML or JSON documents; the items of a List each for itself. Patches are none.
 * @param file how the text is called in messages.
 * @param leaveOut is told of each patch.
 * @throws UnreadableError naming file and line of what is no YAML or no object.
 */
export function readDocuments(file: string, text: string, leaveOut?: () => void): Doc[] {
  return yamlOf(file, withoutMark(text)).flatMap((document) => {
    if (!isPatch(document.value)) return objectsOf(file, document);
    leaveOut?.();
    return [];
  });
}

/**
 * The text of a file's bytes.
 * @throws UnreadableError naming the first line that is not UTF-8.
 */
export function utf8Of(file: string, bytes: Buffer): string {
  if (isUtf8(bytes)) return bytes.toString('utf8');
  let [line, start] = [1, 0];
  for (let end = bytes.indexOf(newline); end >= 0 && isUtf8(bytes.subarray(start, end)); line++) {
    start = end + 1;
    end = bytes.indexOf(newline, start);
  }
  throw new UnreadableError(file, 'this line is not UTF-8; save the file as UTF-8.', { line });
}

const newline = 10;

/** Editors of Windows begin a file with a byte order mark. */
const withoutMark = (text: string): string => text.replace(/^\uFEFF/, '');

function yamlOf(file: string, text: string): YamlDocument[] {
  try {
    return readYaml(text);
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    const foreign = templateIn(text);
    throw foreign
      ? refusedInput(file, foreign)
      : new UnreadableError(file, `${printable(error.message)}.`, { line: error.line, cause: error });
  }
}

/** The parser's errors quote the text. */
const printable = (message: string): string => message.replaceAll(/[^\P{C}]+/gu, '?');

const refusedInput = (file: string, { what, command }: ForeignInput): UnreadableError =>
  new UnreadableError(file, `is ${what}. Verify what it renders: ${command} | ${usualCall} verify -`, {});

function objectsOf(file: string, { value: written, lineOf, lastLineOf, editOf }: YamlDocument): Doc[] {
  const value = withoutNulls(written);
  if (value === null || value === undefined) return [];
  const foreign = foreignInputOf(value);
  if (foreign) throw refusedInput(file, foreign);
  if (!isFields(value)) throw noObject(file, lineOf([]), 'this', value);
  if (!isList(value)) return [{ file, value, lineOf, lastLineOf, editOf }];
  return value.items.map((item, index) => {
    const path = ['items', index];
    if (!isFields(item)) throw noObject(file, lineOf(path), `item ${index} of this list`, item);
    return {
      file,
      value: { ...itemIdentity(value), ...item },
      lineOf: (inside) => lineOf([...path, ...inside]),
      lastLineOf: (inside) => lastLineOf([...path, ...inside]),
      editOf: (change) => {
        const inside = { ...change, path: [...path, ...change.path] };
        return editOf(inside.how === 'put' ? { ...inside, entry: [...path, ...inside.entry] } : inside);
      },
    };
  });
}

const noObject = (file: string, line: number, which: string, value: unknown): UnreadableError =>
  new UnreadableError(
    file,
    `${which} is ${sortOf(value)}; expected a Kubernetes object with apiVersion and kind.`,
    { line },
  );

const sortOf = (value: unknown): string =>
  value === null
    ? 'empty'
    : Array.isArray(value)
      ? 'a list'
      : typeof value === 'string'
        ? 'a text'
        : `a ${typeof value}`;

/** `List`, and the list of each kind, such as `ConfigMapList`. */
const isList = (value: Record<string, unknown>): value is Record<string, unknown> & { items: unknown[] } =>
  /List$/.test(String(value['kind'])) && Array.isArray(value['items']);

/** In the list of a kind, items need not say what they are. */
const itemIdentity = ({ apiVersion, kind }: Record<string, unknown>): object =>
  kind === 'List' ? {} : { apiVersion, kind: String(kind).replace(/List$/, '') };
