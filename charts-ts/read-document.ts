import { lstatSync } from 'node:fs';
import { LineCounter, parseDocument, type Document } from 'yaml';
import { isCyclic } from '../model/cyclic.ts';
import { StackError } from '../model/define-stack.ts';
import { readAnyDocument, type Kinds, type KnownDocument } from '../model/kinds.ts';
import type { StackKind } from '../model/stack-kind.ts';
import type { Stack } from '../model/stack.ts';
import type { PlaceOf } from '../model/problem.ts';
import { placesIn } from './places.ts';
import { readRegularFile, readStandardInput, TooLargeError } from './read-file.ts';
import { UserError } from './user-error.ts';

/** The document's path unless another is given. */
export const usualDocument = 'stack.yaml';

export interface FoundDocument extends KnownDocument {
  /** Its path, or a phrase for standard input or the defaults. */
  readonly source: string;
  /** Its path, where it is in a file. */
  readonly file?: string;
  /** The stack it describes. Throws StackError with the place of each contradiction. */
  readonly stack: () => Stack;
}

/**
 * The document at `path` (`-`: standard input), else the stack that is written in code, else the document at
 * `./stack.yaml`, else the defaults.
 * @throws UserError when it is missing or not YAML, with file and line; StackError when it is not valid, with file,
 * line and column of each problem.
 */
export function findDocument(kinds: Kinds, path: string | undefined): FoundDocument {
  const named = path !== undefined && path !== '';
  if (named && path !== '-' && !isThere(path))
    throw new UserError(
      `There is no file "${path}", which --file or MOORING_STACK names. Correct it, or leave it out for ./stack.yaml.`,
      noSuchFile,
    );
  if (path === '-') return found(kinds, readText(0, 'standard input'), 'standard input');
  const inCode = kinds.find(({ writtenIn }) => writtenIn !== undefined);
  if (!named && inCode?.writtenIn !== undefined) return stackIn(inCode, inCode.writtenIn);
  const source = named ? path : usualDocument;
  if (named || isThere(source)) return { ...found(kinds, readText(source, source), source), file: source };
  return unwritten(kinds, 'The defaults', 'the defaults (no ./stack.yaml)');
}

/** @throws UserError where there is a document too: which of both is meant cannot be known. */
function stackIn(kind: StackKind, file: string): FoundDocument {
  if (!isThere(usualDocument)) return unwritten([kind], file, file);
  throw new UserError(
    `There are ./${usualDocument} and ${file}, which is a stack of its own. Name the document with --file ${usualDocument}, or move it out of this folder for the stack of ${file}.`,
  );
}

function unwritten(kinds: Kinds, subject: string, source: string): FoundDocument {
  const known = readAnyDocument(kinds, undefined, subject);
  return { ...known, source, stack: () => known.kind.stack(known.document) };
}

function found(kinds: Kinds, text: string, source: string): FoundDocument {
  const { value, placeOf } = parseYaml(text, source);
  const known = placed(placeOf, () => readAnyDocument(kinds, value, source));
  return { ...known, source, stack: () => placed(placeOf, () => known.kind.stack(known.document)) };
}

function placed<T>(placeOf: PlaceOf, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof StackError ? error.at(placeOf) : error;
  }
}

const noSuchFile = { code: 'NO_SUCH_FILE' } as const;

/** Whether the path exists, a dangling link included: that is an error to report, not a missing document. */
const isThere = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false }) !== undefined;

/** In mebibytes. etcd refuses objects above one and a half. */
const largestDocument = 1;

function readText(from: string | 0, source: string): string {
  try {
    return from === 0 ? readStandardInput(largestDocument) : readRegularFile(from, largestDocument);
  } catch (error) {
    throw new UserError(
      `${source} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
      error instanceof TooLargeError ? {} : noSuchFile,
    );
  }
}

/**
 * The value of one YAML document, and the position of each field.
 * @throws UserError naming file, line and column of each syntax error.
 */
export function parseYaml(text: string, source: string): { value: unknown; placeOf: PlaceOf } {
  const lines = new LineCounter();
  const yaml = readable(source, () => parseDocument(text, { lineCounter: lines, prettyErrors: false }));
  if (yaml.errors.length === 0)
    return { value: plainValue(source, yaml), placeOf: placesIn({ yaml, lines, source }) };
  const problems = yaml.errors.map(({ pos, message }) => {
    const { line, col } = lines.linePos(pos[0]);
    return `  - ${source}:${line}:${col}: ${message}`;
  });
  throw new UserError(`${source} is not one YAML document:\n${problems.join('\n')}`);
}

function plainValue(source: string, yaml: Document.Parsed): unknown {
  const value = readable(source, () => yaml.toJS() as unknown);
  if (!isCyclic(value)) return value;
  throw new UserError(
    `${source} is no document: an alias (*name) stands inside what it refers to. Write its values out.`,
  );
}

/** The library throws on an alias bomb and on thousands of nested groups. */
function readable<T>(source: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    const reason = error instanceof RangeError ? 'it is nested too deeply' : 'its aliases (*name) multiply';
    throw new UserError(`${source} is no document: ${reason}. Write its values out.`, { cause: error });
  }
}
