import { COLLECTION_STYLE, EVENT_ID, SCALAR_STYLE } from 'js-yaml';
import { offsetOf, type YamlEvent } from './events.ts';
import type { Spot, YamlLines } from './lines.ts';
import type { Path } from './path.ts';
import { scalarText, type Scalar } from './scalar.ts';

/** A change of one value, key or entry of a document. */
export type Change = { readonly path: Path } & (
  | { readonly how: 'set'; readonly value: Scalar }
  /** Of a part of a text, which must be in it once. */
  | { readonly how: 'replace'; readonly from: string; readonly to: string }
  /** Of a number or truth value where a text is meant, as it is written. */
  | { readonly how: 'quote' }
  | { readonly how: 'rename'; readonly key: string }
  | { readonly how: 'remove' }
  /** Of an entry of the map at `path`, or, without a key, of an item of the list there. */
  | { readonly how: 'add'; readonly key?: string; readonly value: Scalar }
  /** Of an entry of another map, as it is written there, to the map at `path`. */
  | { readonly how: 'put'; readonly entry: Path }
);

/** What to write between two offsets of a text. */
export interface TextEdit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

type ScalarEvent = Extract<YamlEvent, { readonly valueStart: number }>;

/** Turns changes into edits of the text, which leave comments and the form of everything else alone. */
export class YamlChanges {
  readonly #text: string;
  readonly #events: readonly YamlEvent[];
  readonly #lines: YamlLines;

  constructor(text: string, events: readonly YamlEvent[], lines: YamlLines) {
    this.#text = text;
    this.#events = events;
    this.#lines = lines;
  }

  /**
   * The edit of a change in the document that begins with an event; `undefined` where what is to be changed is not
   * written there as one value of its own, or the change would leave nothing of the map or list around it.
   */
  editOf(first: number, change: Change): TextEdit | undefined {
    const spot = this.#lines.spotOf(first, change.path);
    if (!spot) return undefined;
    switch (change.how) {
      case 'set':
        return this.#ofScalar(spot.value, ({ style }, raw) => scalarText(change.value, style, raw));
      case 'quote':
        return this.#ofScalar(spot.value, ({ style }, raw) =>
          style === SCALAR_STYLE.PLAIN && !raw.includes('\n') ? JSON.stringify(raw) : undefined,
        );
      case 'rename':
        return spot.key === undefined
          ? undefined
          : this.#ofScalar(spot.key, ({ style }, raw) => scalarText(change.key, style, raw));
      case 'replace':
        return this.#replacement(spot, change);
      case 'remove':
        return this.#removal(spot);
      case 'add':
        return this.#addition(spot.value, change);
      case 'put':
        return this.#copy(spot.value, this.#lines.spotOf(first, change.entry));
    }
  }

  /** Where what stands at a path ends; `undefined` where it is not written there. */
  endOf(first: number, path: Path): number | undefined {
    const spot = this.#lines.spotOf(first, path);
    return spot && this.#endOf(spot.value);
  }

  #scalar(at: number): ScalarEvent | undefined {
    const event = this.#events[at];
    return event?.type === EVENT_ID.SCALAR && event.valueStart >= 0 && event.tagStart < 0 ? event : undefined;
  }

  /** The whole of a scalar, its quotes included. */
  #ofScalar(
    at: number,
    written: (event: ScalarEvent, raw: string) => string | undefined,
  ): TextEdit | undefined {
    const event = this.#scalar(at);
    const text = event && written(event, this.#text.slice(event.valueStart, event.valueEnd));
    if (!event || text === undefined) return undefined;
    const quote = isQuoted(event.style) ? 1 : 0;
    return { start: event.valueStart - quote, end: event.valueEnd + quote, text };
  }

  #replacement(
    { value, line }: Spot,
    { from, to }: Change & { readonly how: 'replace' },
  ): TextEdit | undefined {
    const event = this.#scalar(value);
    if (!event) return undefined;
    const newline = line === undefined ? -1 : this.#text.indexOf('\n', line);
    const start = line ?? event.valueStart;
    const end = line === undefined || newline < 0 ? event.valueEnd : Math.min(newline, event.valueEnd);
    const inside = this.#text.slice(start, end);
    const [first, second] = occurrences(inside, from);
    if (first === undefined || second !== undefined) return undefined;
    return { start: start + first, end: start + first + from.length, text: to };
  }

  #removal(spot: Spot): TextEdit | undefined {
    const { parent, value, key = value } = spot;
    if (parent === undefined || spot.line !== undefined) return undefined;
    const parts = this.#lines.partsOf(parent);
    const at = parts.indexOf(key);
    const [start, end] = [this.#entryStart(parent, key), this.#endOf(value)];
    if (parts.length < 2 || start === undefined || end === undefined) return undefined;
    return this.#isFlow(parent)
      ? this.#flowRemoval({ start, end }, { before: parts[at - 1], after: parts[at + 1] }, parent)
      : this.#blockRemoval({ start, end }, at + 1 < parts.length);
  }

  #flowRemoval(
    { start, end }: Omit<TextEdit, 'text'>,
    { before, after }: { readonly before: number | undefined; readonly after: number | undefined },
    parent: number,
  ): TextEdit | undefined {
    const next = after === undefined ? undefined : this.#entryStart(parent, after);
    if (next !== undefined) return { start, end: next, text: '' };
    if (before === undefined) return undefined;
    const isMap = this.#events[parent]?.type === EVENT_ID.MAPPING;
    const last = this.#endOf(isMap ? this.#lines.next(before) : before);
    return last === undefined ? undefined : { start: last, end, text: '' };
  }

  /** Whole lines; where the entry begins beside the `-` of a list, what follows takes its place there. */
  #blockRemoval({ start, end }: Omit<TextEdit, 'text'>, isFollowed: boolean): TextEdit | undefined {
    const lineStart = this.#text.lastIndexOf('\n', start - 1) + 1;
    const lineEnd = this.#lineEnd(end);
    if (/^ *$/.test(this.#text.slice(lineStart, start))) return { start: lineStart, end: lineEnd, text: '' };
    const [indent = ''] = /^ */.exec(this.#text.slice(lineEnd)) ?? [];
    return isFollowed ? { start, end: lineEnd + indent.length, text: '' } : undefined;
  }

  /** After the newline of the line in which something ends. */
  #lineEnd(end: number): number {
    if (this.#text[end - 1] === '\n') return end;
    const newline = this.#text.indexOf('\n', end);
    return newline < 0 ? this.#text.length : newline + 1;
  }

  /** Before the other entries of a map or list, in their form. */
  #addition(around: number, { key, value }: Change & { readonly how: 'add' }): TextEdit | undefined {
    const isMap = this.#events[around]?.type === EVENT_ID.MAPPING;
    const [first = -1] = this.#lines.partsOf(around);
    const [event, start] = [this.#scalar(first), this.#entryStart(around, first)];
    if (!event || start === undefined || isMap === (key === undefined)) return undefined;
    const style = event.style === SCALAR_STYLE.DOUBLE_QUOTED ? event.style : SCALAR_STYLE.PLAIN;
    const parts = [...(key === undefined ? [] : [key]), value].map((part) => scalarText(part, style, ''));
    const entry = parts.join(': ');
    if (this.#isFlow(around)) return { start, end: start, text: `${entry}, ` };
    const column = this.#columnOf(start);
    const after = `${this.#newlineAfter(start)}${' '.repeat(column)}`;
    return { start, end: start, text: `${isMap ? '' : '- '}${entry}${after}` };
  }

  /** An entry before the others of a map; its lines as deep as these. */
  #copy(around: number, entry: Spot | undefined): TextEdit | undefined {
    const [firstKey = -1] = this.#lines.partsOf(around);
    const start = this.#entryStart(around, firstKey);
    const [from, to] = [this.#keyStart(entry), entry && this.#endOf(entry.value)];
    if (this.#events[around]?.type !== EVENT_ID.MAPPING || start === undefined) return undefined;
    if (from === undefined || to === undefined) return undefined;
    const text = this.#text.slice(from, to);
    if (this.#isFlow(around))
      return text.includes('\n') ? undefined : { start, end: start, text: `${text}, ` };
    const column = this.#columnOf(start);
    const deep = reindented(text, column - this.#columnOf(from));
    if (deep === undefined) return undefined;
    const newline = deep.endsWith('\n') ? '' : this.#newlineAfter(start);
    return { start, end: start, text: `${deep}${newline}${' '.repeat(column)}` };
  }

  /** Of an entry of a map, unless it goes over lines in brackets, where columns mean nothing. */
  #keyStart(entry: Spot | undefined): number | undefined {
    const key = entry?.key === undefined ? undefined : this.#events[entry.key];
    const start = key && startOf(key);
    const isOneLine =
      entry && start !== undefined && !this.#text.slice(start, this.#endOf(entry.value)).includes('\n');
    return entry?.parent !== undefined && (isOneLine || !this.#isFlow(entry.parent)) ? start : undefined;
  }

  #columnOf(offset: number): number {
    return offset - (this.#text.lastIndexOf('\n', offset - 1) + 1);
  }

  #newlineAfter(offset: number): string {
    const at = this.#text.indexOf('\n', offset);
    return at > 0 && this.#text[at - 1] === '\r' ? '\r\n' : '\n';
  }

  #isFlow(at: number): boolean {
    const event = this.#events[at];
    return (
      (event?.type === EVENT_ID.MAPPING || event?.type === EVENT_ID.SEQUENCE) &&
      event.style === COLLECTION_STYLE.FLOW
    );
  }

  /** Of an item in lines, its `-`. */
  #entryStart(parent: number, at: number): number | undefined {
    const event = this.#events[at];
    const start = event && startOf(event);
    if (start === undefined || this.#events[parent]?.type === EVENT_ID.MAPPING || this.#isFlow(parent))
      return start;
    const [dash = ''] = /-\s+$/.exec(this.#text.slice(Math.max(0, start - furthest), start)) ?? [];
    return dash === '' ? undefined : start - dash.length;
  }

  /** The value of the last entry of a map, or the last item of a list. */
  #lastIn(around: number): number | undefined {
    const last = this.#lines.partsOf(around).at(-1);
    return last !== undefined && this.#events[around]?.type === EVENT_ID.MAPPING
      ? this.#lines.next(last)
      : last;
  }

  /** Where the text of a value ends; `undefined` where that cannot be told, as of one that is left empty. */
  #endOf(at: number): number | undefined {
    const event = this.#events[at];
    if (event?.type === EVENT_ID.ALIAS || event?.type === EVENT_ID.SCALAR) return endOfOne(event);
    const value = this.#lastIn(at);
    const inner = value === undefined ? offsetAfterOpening(event) : this.#endOf(value);
    if (inner === undefined || !this.#isFlow(at)) return inner;
    const [rest] = /^(?:[\s,]|#.*)*[\]}]/.exec(this.#text.slice(inner)) ?? [];
    return rest === undefined ? undefined : inner + rest.length;
  }
}

/** Lines after the first with more spaces before them, or fewer; `undefined` where they have not so many. */
function reindented(text: string, more: number): string | undefined {
  const [first = '', ...lines] = text.split('\n');
  const moved = lines.map((line) => {
    if (line.trim() === '') return line;
    if (more >= 0) return `${' '.repeat(more)}${line}`;
    return line.startsWith(' '.repeat(-more)) ? line.slice(-more) : undefined;
  });
  return moved.includes(undefined) ? undefined : [first, ...moved].join('\n');
}

/** A `-` stands this near before its item. */
const furthest = 1000;

/** Its quote included; `undefined` of an alias, which is no value of its own. */
function startOf(event: YamlEvent): number | undefined {
  const offset = event.type === EVENT_ID.ALIAS ? undefined : offsetOf(event);
  const quote = event.type === EVENT_ID.SCALAR && isQuoted(event.style) ? 1 : 0;
  return offset === undefined ? undefined : offset - quote;
}

/** Of an alias or a scalar. */
function endOfOne(event: Extract<YamlEvent, { readonly type: 4 | 5 }>): number | undefined {
  if (event.type === EVENT_ID.ALIAS) return event.anchorEnd;
  return event.valueStart < 0 ? undefined : event.valueEnd + (isQuoted(event.style) ? 1 : 0);
}

const offsetAfterOpening = (event: YamlEvent | undefined): number | undefined =>
  event && 'start' in event ? event.start + 1 : undefined;

const isQuoted = (style: number): boolean =>
  style === SCALAR_STYLE.SINGLE_QUOTED || style === SCALAR_STYLE.DOUBLE_QUOTED;

/** Where a word stands in a text by itself. */
function occurrences(text: string, word: string): number[] {
  const found: number[] = [];
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1))
    if (
      !(isWord(word[0]) && isWord(text[at - 1])) &&
      !(isWord(word.at(-1)) && isWord(text[at + word.length]))
    )
      found.push(at);
  return found;
}

const isWord = (letter: string | undefined): boolean => letter !== undefined && /[\w-]/.test(letter);
