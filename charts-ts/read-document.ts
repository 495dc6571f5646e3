import { existsSync, readFileSync } from 'node:fs';
import { LineCounter, parseDocument } from 'yaml';
import { StackError } from '../model/define-stack.ts';
import { readAnyDocument, type Kinds, type KnownDocument } from '../model/kinds.ts';
import type { Stack } from '../model/stack.ts';
import type { PlaceOf } from '../model/problem.ts';
import { placesIn } from './places.ts';
import { UserError } from './user-error.ts';

/** Where the document is looked for when no other place is named. */
export const usualDocument = 'stack.yaml';

export interface FoundDocument extends KnownDocument {
  /** Its path, or words for the defaults. */
  readonly source: string;
  /** The stack it describes. Throws StackError with the place of each contradiction. */
  readonly stack: () => Stack;
}

/**
 * The document at `path` (`-`: standard input); without one `./stack.yaml`; without that the defaults.
 * @throws UserError when it is missing or no YAML, with file and line; StackError when it says what is not allowed, with
 * file, line and column of each problem.
 */
export function findDocument(kinds: Kinds, path: string | undefined): FoundDocument {
  const named = path !== undefined && path !== '';
  if (named && path !== '-' && !existsSync(path))
    throw new UserError(
      `There is no file "${path}", which --file or MOORING_STACK names. Correct it, or leave it out for ./stack.yaml.`,
      noSuchFile,
    );
  if (path === '-') return found(kinds, readText(0, 'standard input'), 'standard input');
  const source = named ? path : usualDocument;
  if (named || existsSync(source)) return found(kinds, readText(source, source), source);
  const defaults = readAnyDocument(kinds, undefined, 'The defaults');
  return {
    ...defaults,
    source: 'the defaults (no ./stack.yaml)',
    stack: () => defaults.kind.stack(defaults.document),
  };
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

function readText(from: string | 0, source: string): string {
  try {
    return readFileSync(from, 'utf8');
  } catch (error) {
    throw new UserError(
      `${source} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
      noSuchFile,
    );
  }
}

/**
 * What one YAML document says, and where.
 * @throws UserError naming file, line and column of everything that is no YAML.
 */
export function parseYaml(text: string, source: string): { value: unknown; placeOf: PlaceOf } {
  const lines = new LineCounter();
  const yaml = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  if (yaml.errors.length === 0) return { value: yaml.toJS(), placeOf: placesIn({ yaml, lines, source }) };
  const problems = yaml.errors.map(({ pos, message }) => {
    const { line, col } = lines.linePos(pos[0]);
    return `  - ${source}:${line}:${col}: ${message}`;
  });
  throw new UserError(`${source} is not one YAML document:\n${problems.join('\n')}`);
}
