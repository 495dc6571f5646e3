import { EVENT_ID, SCALAR_STYLE, type parseEvents } from 'js-yaml';

/** A part of a YAML text as the parser met it: the begin of a document, list or map, its end, a scalar, an alias. */
export type YamlEvent = ReturnType<typeof parseEvents>[number];

/** What is wrong in a text, and where it stands. */
export interface Trouble {
  readonly offset: number;
  readonly what: string;
}

/** Where an event stands in the text; `undefined` for an end, and for a value that is left empty. */
export function offsetOf(event: YamlEvent): number | undefined {
  const starts = [
    'tagStart' in event ? event.tagStart : -1,
    'anchorStart' in event ? event.anchorStart : -1,
    event.type === EVENT_ID.SCALAR ? event.valueStart - (isBlock(event.style) ? 1 : 0) : -1,
    'start' in event ? event.start : -1,
  ];
  return starts.find((start) => start >= 0);
}

/** Its value begins in the line after its `|` or `>`. */
const isBlock = (style: number): boolean =>
  style === SCALAR_STYLE.LITERAL_BLOCK || style === SCALAR_STYLE.FOLDED_BLOCK;

/** The name an event gives to what begins there, or, of an alias, refers to. */
export const anchorOf = (text: string, event: YamlEvent): string | undefined =>
  'anchorStart' in event && event.anchorStart >= 0
    ? text.slice(event.anchorStart, event.anchorEnd)
    : undefined;

/** Whether other events, up to an end, are inside. */
export const opens = ({ type }: YamlEvent): boolean =>
  type === EVENT_ID.DOCUMENT || type === EVENT_ID.MAPPING || type === EVENT_ID.SEQUENCE;

/** Where a map or a list stands as the key of a map; `undefined` where none does. */
export function offsetOfComplexKey(events: readonly YamlEvent[]): number | undefined {
  const open: { readonly isMap: boolean; parts: number }[] = [];
  for (const event of events) {
    if (event.type === EVENT_ID.POP) {
      open.pop();
      continue;
    }
    const around = open.at(-1);
    if (opens(event)) {
      if (around?.isMap === true && around.parts % 2 === 0) return offsetOf(event);
      open.push({ isMap: event.type === EVENT_ID.MAPPING, parts: 0 });
    }
    if (around) around.parts += 1;
  }
  return undefined;
}
