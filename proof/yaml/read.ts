import { constructFromEvents, EVENT_ID, parseEvents, YAMLException } from 'js-yaml';
import { aliasTrouble } from './aliases.ts';
import { YamlChanges, type Change } from './change.ts';
import { offsetOfComplexKey, type Trouble, type YamlEvent } from './events.ts';
import { withIndentation } from './indentation.ts';
import { YamlLines, type Position } from './lines.ts';
import type { Path } from './path.ts';
import { kubernetesYaml } from './schema.ts';

/** What is to be written from one position of a text to another. */
export interface Edit {
  readonly start: Position;
  /** Before it. */
  readonly end: Position;
  readonly text: string;
}

/** One document of a text of YAML or JSON. */
export interface YamlDocument {
  readonly value: unknown;
  /** The line, from 1, of what stands at `path`, or of the nearest thing above it that exists. */
  readonly lineOf: (path: Path) => number;
  /** The line in which what stands at `path` ends. */
  readonly lastLineOf: (path: Path) => number;
  /** What a change would write, and where; `undefined` where nothing of the text is the value alone. */
  readonly editOf: (change: Change) => Edit | undefined;
}

/** Text that is no YAML: on which line, and a sentence without a full stop that says why. */
export class YamlError extends Error {
  override readonly name = 'YamlError';
  readonly line: number;

  constructor(line: number, why: string, options?: ErrorOptions) {
    super(why, options);
    this.line = line;
  }
}

/** Far more than Kubernetes' own objects have; deeper ones would exhaust the stack. */
const maxDepth = 500;

/** More keys than any set of manifests merges by `<<`. */
const maxTotalMergeKeys = 1_000_000;

/**
 * Every document of a text, its values as Kubernetes' own reader takes them. What aliases repeat is one object.
 * @throws YamlError.
 */
export function readYaml(written: string): YamlDocument[] {
  const { text, events } = eventsOf(written);
  const lines = new YamlLines(text, events);
  const trouble = aliasTrouble(text, events) ?? keyTrouble(events);
  if (trouble) throw new YamlError(lines.lineAt(trouble.offset), trouble.what);
  const values = valuesOf(text, events);
  const changes = new YamlChanges(text, events, lines);
  const inFile = positionsIn(written, text);
  return firstsOf(events).map((first, index) => ({
    value: values[index],
    lineOf: (path) => lines.lineOf(first, path),
    lastLineOf: (path) => {
      const end = changes.endOf(first, path);
      return end === undefined ? lines.lineOf(first, path) : lines.lineAt(end - 1);
    },
    editOf: (change) => {
      const edit = changes.editOf(first, change);
      const at = (offset: number): Position => inFile(lines.positionAt(offset));
      return edit && { start: at(edit.start), end: at(edit.end), text: edit.text };
    },
  }));
}

/** From the positions of a text whose lines were indented to those of the one that was written. */
function positionsIn(written: string, indented: string): (position: Position) => Position {
  if (written === indented) return (position) => position;
  const [before, after] = [written.split('\n'), indented.split('\n')];
  return ({ line, column }) => {
    const added = (after[line - 1]?.length ?? 0) - (before[line - 1]?.length ?? 0);
    return { line, column: Math.max(1, column - added) };
  };
}

function keyTrouble(events: readonly YamlEvent[]): Trouble | undefined {
  const offset = offsetOfComplexKey(events);
  return offset === undefined
    ? undefined
    : { offset, what: 'a map or a list stands as a key; a key must be a text' };
}

const parse = (text: string): YamlEvent[] => parseEvents(text, { maxDepth });

/** The events of a text, and the text they are of: the one that was written, its lines indented as they must be. */
function eventsOf(written: string): { readonly text: string; readonly events: YamlEvent[] } {
  return orYamlError(written, () => {
    try {
      return { text: written, events: parse(written) };
    } catch (error) {
      const text = withIndentation(written, parse);
      if (text === undefined) throw error;
      return { text, events: parse(text) };
    }
  });
}

const valuesOf = (text: string, events: YamlEvent[]): unknown[] =>
  orYamlError(text, () =>
    constructFromEvents(events, { source: text, schema: kubernetesYaml, maxTotalMergeKeys }),
  );

/** The event after the begin of each document. */
const firstsOf = (events: readonly YamlEvent[]): number[] =>
  events.flatMap(({ type }, at) => (type === EVENT_ID.DOCUMENT ? [at + 1] : []));

function orYamlError<T>(text: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    const { reason, mark } = error;
    throw new YamlError((mark?.line ?? 0) + 1, whyOf(reason, text.slice(mark?.position ?? 0)), {
      cause: error,
    });
  }
}

/** The parser's reason, and what to do where that is certain. */
function whyOf(reason: string, from: string): string {
  const [word = ''] = /^[^\s:,[\]{}"']{1,60}/.exec(from) ?? [];
  const [alias = ''] = /"(.*)"/.exec(reason)?.slice(1) ?? [];
  const known = [
    [/^duplicated mapping key/, `the key ${word} stands twice in one map; keep one`],
    [
      /^unidentified alias/,
      `the alias *${alias} refers to no anchor (&${alias}) before it; put a text in quotes`,
    ],
    [/^nesting exceeded/, `it is nested more than ${maxDepth} levels deep, as no object of Kubernetes is`],
    [/^cannot merge/, 'what << merges is no map; write *name of an anchor of a map'],
    [
      /^(null byte|the stream contains non-printable|expected valid JSON character)/,
      'a control character stands in the text; remove it',
    ],
    [/^tab characters/, 'a tab is used to indent; use spaces'],
    [
      /^bad indentation/,
      'this fits neither the indentation above it nor a value; indent it as its neighbours, or put the text in quotes',
    ],
    [
      /^deficient indentation/,
      'a quote or a bracket that is opened above is not closed, or this line is not indented enough',
    ],
  ] as const;
  return known.find(([pattern]) => pattern.test(reason))?.[1] ?? reason;
}
