import { EVENT_ID, getScalarValue, SCALAR_STYLE } from 'js-yaml';
import { offsetOf, opens, type YamlEvent } from './events.ts';
import type { Path } from './path.ts';

/** A line and a column of a text, both from 1, in UTF-16 units. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Where in the events something stands: its value, the map or list around it, and, in a map, its key. */
export interface Spot {
  readonly value: number;
  readonly parent: number | undefined;
  readonly key: number | undefined;
  /** Where the line begins, of a line of a text after `|`. */
  readonly line?: number | undefined;
}

/** Finds the lines of what stands in a text of YAML. Nothing is worked out before the first line is asked for. */
export class YamlLines {
  readonly #text: string;
  readonly #events: readonly YamlEvent[];
  #starts: Uint32Array | undefined;
  #nexts: Uint32Array | undefined;

  constructor(text: string, events: readonly YamlEvent[]) {
    this.#text = text;
    this.#events = events;
  }

  /** The line, from 1, of an offset of the text. */
  lineAt(offset: number): number {
    const starts = (this.#starts ??= lineStarts(this.#text));
    let [low, high] = [0, starts.length];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle;
    }
    return low + 1;
  }

  positionAt(offset: number): Position {
    const line = this.lineAt(offset);
    return { line, column: offset - (this.#starts?.[line - 1] ?? 0) + 1 };
  }

  /** The line of what stands at `path` in the value that begins with an event, or of the nearest thing above it. */
  lineOf(first: number, path: Path): number {
    let [here, offset] = [first, this.#offset(first)];
    for (const step of path) {
      const found = this.#inside(here, step);
      if (!found) break;
      here = found.value;
      offset = found.offset ?? offset;
    }
    return this.lineAt(offset ?? 0);
  }

  /**
   * The events of what stands at `path`, exactly; `undefined` where nothing is written there, or where an anchor or
   * alias on the way makes it part of other values too.
   */
  spotOf(first: number, path: Path): Spot | undefined {
    let spot: Spot = { value: first, parent: undefined, key: undefined };
    for (const step of path) {
      const found = this.#isShared(spot.value) ? undefined : this.#inside(spot.value, step);
      if (!found) return undefined;
      // A line of a text is in the event of the text.
      if (found.value === spot.value) return { ...spot, line: found.offset };
      spot = { value: found.value, parent: spot.value, key: found.key };
    }
    return this.#isShared(spot.value) ? undefined : spot;
  }

  /** The events of the parts of a list, or of the keys of a map. */
  partsOf(at: number): number[] {
    const parts: number[] = [];
    const isMap = this.#events[at]?.type === EVENT_ID.MAPPING;
    for (let part = at + 1; this.#isPart(part); part = isMap ? this.next(this.next(part)) : this.next(part))
      parts.push(part);
    return parts;
  }

  #isShared(at: number): boolean {
    const event = this.#events[at];
    return (
      event?.type === EVENT_ID.ALIAS ||
      (event !== undefined && 'anchorStart' in event && event.anchorStart >= 0)
    );
  }

  #offset(at: number): number | undefined {
    const event = this.#events[at];
    return event && offsetOf(event);
  }

  /** Of a map the value of a key, with the key's offset; of a list an item; of a text after `|` a line. */
  #inside(
    at: number,
    step: string | number,
  ): { readonly value: number; readonly offset: number | undefined; readonly key?: number } | undefined {
    const event = this.#events[at];
    if (event?.type === EVENT_ID.SEQUENCE) {
      const value = this.#item(at, Number(step));
      return value === undefined ? undefined : { value, offset: this.#offset(value) };
    }
    if (event?.type === EVENT_ID.SCALAR && event.style === SCALAR_STYLE.LITERAL_BLOCK)
      return { value: at, offset: this.#offsetOfLine(event.valueStart, Number(step)) };
    if (event?.type !== EVENT_ID.MAPPING) return undefined;
    for (let key = at + 1; this.#isPart(key); key = this.next(this.next(key)))
      if (this.#keyAt(key) === String(step))
        return { key, value: this.next(key), offset: this.#offset(key) ?? this.#offset(this.next(key)) };
    return undefined;
  }

  /** After `|` each line of the text is a line of the file. */
  #offsetOfLine(first: number, line: number): number | undefined {
    const at = this.lineAt(first) - 1 + line;
    return this.#starts?.[at];
  }

  #item(at: number, position: number): number | undefined {
    let item = at + 1;
    for (let index = 0; index < position && this.#isPart(item); index++) item = this.next(item);
    return this.#isPart(item) ? item : undefined;
  }

  #isPart(at: number): boolean {
    const event = this.#events[at];
    return event !== undefined && event.type !== EVENT_ID.POP;
  }

  #keyAt(at: number): string | undefined {
    const event = this.#events[at];
    return event?.type === EVENT_ID.SCALAR ? getScalarValue(this.#text, event) : undefined;
  }

  /** The event after the whole of the one at a position. */
  next(at: number): number {
    return (this.#nexts ??= nextEvents(this.#events))[at] ?? at + 1;
  }
}

function nextEvents(events: readonly YamlEvent[]): Uint32Array {
  const nexts = Uint32Array.from(events, (_, at) => at + 1);
  const open: number[] = [];
  for (const [at, event] of events.entries()) {
    if (opens(event)) open.push(at);
    else if (event.type === EVENT_ID.POP) nexts[open.pop() ?? at] = at + 1;
  }
  return nexts;
}

function lineStarts(text: string): Uint32Array {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return Uint32Array.from(starts);
}
