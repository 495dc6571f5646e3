import { lstatSync } from 'node:fs';
import { LineCounter, parseDocument } from 'yaml';
import { readChatStack } from '../contract/read-chat-stack.ts';
import type { ChatStack } from '../contract/stack.ts';
import { readRegularFile } from './read-file.ts';
import { UserError } from './user-error.ts';

/** Where the document is looked for when nobody names another place. */
export const usualDocument = 'stack.yaml';

export interface FoundDocument {
  readonly document: ChatStack;
  /** Its path, or words for the defaults. */
  readonly source: string;
}

/**
 * The document at `path`; without one `./stack.yaml`; without that the defaults.
 * @throws UserError when it is missing or no YAML, with file and line; StackError when it says what is not allowed.
 */
export function findDocument(path: string | undefined): FoundDocument {
  const named = path !== undefined && path !== '';
  if (named && !isThere(path))
    throw new UserError(
      `There is no file "${path}", which --file or MOORING_STACK names. Correct it, or leave it out for ./stack.yaml.`,
      noSuchFile,
    );
  const source = named ? path : usualDocument;
  if (!named && !isThere(source))
    return { document: readChatStack(undefined, 'The defaults'), source: 'the defaults (no ./stack.yaml)' };
  return { document: readChatStack(parseYaml(readText(source), source), source), source };
}

const noSuchFile = { code: 'NO_SUCH_FILE' } as const;

/** Whether there is anything, be it a link to nothing: that is a mistake to be told, not the lack of a document. */
const isThere = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false }) !== undefined;

/** In mebibytes. No object of Kubernetes may be larger than one and a half. */
const largestDocument = 1;

function readText(path: string): string {
  try {
    return readRegularFile(path, largestDocument);
  } catch (error) {
    throw new UserError(
      `${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
      noSuchFile,
    );
  }
}

/**
 * What one YAML document says.
 * @throws UserError naming file, line and column of everything that is no YAML.
 */
export function parseYaml(text: string, source: string): unknown {
  const lines = new LineCounter();
  const parsed = readable(source, () => parseDocument(text, { lineCounter: lines, prettyErrors: false }));
  if (parsed.errors.length === 0) return readable(source, () => parsed.toJS() as unknown);
  const problems = parsed.errors.map(({ pos, message }) => {
    const { line, col } = lines.linePos(pos[0]);
    return `  - ${source}:${line}:${col}: ${message}`;
  });
  throw new UserError(`${source} is not one YAML document:\n${problems.join('\n')}`);
}

/** The library throws where aliases multiply without end, and where groups lie in one another by the thousand. */
function readable<T>(source: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    const reason = error instanceof RangeError ? 'it is nested too deeply' : 'its aliases (*name) multiply';
    throw new UserError(`${source} is no document: ${reason}. Write its values out.`, { cause: error });
  }
}
