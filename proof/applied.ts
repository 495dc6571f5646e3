import type { Edit } from './yaml/read.ts';
import type { Position } from './yaml/lines.ts';

/** A text with its edits, and those that were left out since they overlap one before. */
export interface Applied<E extends Edit> {
  readonly text: string;
  readonly leftOut: readonly E[];
}

interface Span<E> {
  readonly edit: E;
  readonly start: number;
  readonly end: number;
}

/** Applies edits of one text. Of two that overlap, the first is taken; of two that are the same, one. */
export function applied<E extends Edit>(text: string, edits: readonly E[]): Applied<E> {
  const offsetOf = offsetsIn(text);
  const taken: Span<E>[] = [];
  const leftOut: E[] = [];
  for (const edit of edits) {
    const span = { edit, start: offsetOf(edit.start), end: offsetOf(edit.end) };
    if (taken.some((other) => isSame(other, span))) continue;
    if (taken.some((other) => overlaps(other, span))) leftOut.push(edit);
    else taken.push(span);
  }
  const inOrder = taken.toSorted((a, b) => a.start - b.start || a.end - b.end);
  const parts = inOrder.map(({ edit, start }, index) => [
    text.slice(inOrder[index - 1]?.end ?? 0, start),
    edit.text,
  ]);
  return { text: [...parts.flat(), text.slice(inOrder.at(-1)?.end ?? 0)].join(''), leftOut };
}

const isSame = <E extends Edit>(one: Span<E>, other: Span<E>): boolean =>
  one.start === other.start && one.end === other.end && one.edit.text === other.edit.text;

/** Two insertions at one place do not: both are wanted. */
const overlaps = (one: Span<unknown>, other: Span<unknown>): boolean =>
  (one.start < other.end && other.start < one.end) ||
  (one.start === other.start && (one.end > one.start || other.end > other.start));

function offsetsIn(text: string): (position: Position) => number {
  // The mark at the begin of a file is in no column.
  const starts = [text.startsWith('\uFEFF') ? 1 : 0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return ({ line, column }) => (starts[line - 1] ?? text.length) + column - 1;
}
