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
  /** Of each map or list that was looked into. */
  readonly #parts = new Map<number, readonly number[]>();
  readonly #keys = new Map<number, ReadonlyMap<string, number>>();

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
  partsOf(at: number): readonly number[] {
    const known = this.#parts.get(at);
    if (known) return known;
    const parts: number[] = [];
    const isMap = this.#events[at]?.type === EVENT_ID.MAPPING;
    for (let part = at + 1; this.#isPart(part); part = isMap ? this.next(this.next(part)) : this.next(part))
      parts.push(part);
    this.#parts.set(at, parts);
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
      const value = this.partsOf(at)[Number(step)];
      return value === undefined ? undefined : { value, offset: this.#offset(value) };
    }
    if (event?.type === EVENT_ID.SCALAR && event.style === SCALAR_STYLE.LITERAL_BLOCK)
      return { value: at, offset: this.#offsetOfLine(event.valueStart, Number(step)) };
    if (event?.type !== EVENT_ID.MAPPING) return undefined;
    const key = this.#keysOf(at).get(String(step));
    if (key === undefined) return undefined;
    return { key, value: this.next(key), offset: this.#offset(key) ?? this.#offset(this.next(key)) };
  }

  /** The event of each key of a map, by what it says. */
  #keysOf(at: number): ReadonlyMap<string, number> {
    const known = this.#keys.get(at);
    if (known) return known;
    const keys = new Map(
      this.partsOf(at).flatMap((part) => {
        const event = this.#events[part];
        return event?.type === EVENT_ID.SCALAR ? [[getScalarValue(this.#text, event), part] as const] : [];
      }),
    );
    this.#keys.set(at, keys);
    return keys;
  }

  /** After `|` each line of the text is a line of the file. */
  #offsetOfLine(first: number, line: number): number | undefined {
    const at = this.lineAt(first) - 1 + line;
    return this.#starts?.[at];
  }

  #isPart(at: number): boolean {
    const event = this.#events[at];
    return event !== undefined && event.type !== EVENT_ID.POP;
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
