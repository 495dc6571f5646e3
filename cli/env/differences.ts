import { diffArrays } from 'diff';
import type { Part } from './part.ts';

/** Lines of a file that are not those that would be written, and the variables they are of. */
export interface Difference {
  readonly variables: readonly string[];
  /** In the file, from 1. */
  readonly line: number;
  readonly has: readonly string[];
  readonly expected: readonly string[];
}

/** Where a file differs from what would be written; ends of lines as on Windows are none. */
export function differencesOf(text: string, parts: readonly Part[]): Difference[] {
  const lines = parts.flatMap((part) =>
    part.text.split('\n').map((line) => ({ line, variable: part.variable })),
  );
  const wanted = [...lines.map(({ line }) => line), ''];
  const there = text.replaceAll('\r\n', '\n').split('\n');
  const found: Difference[] = [];
  const at = { there: 0, wanted: 0 };
  let open: { has: string[]; expected: string[]; from: typeof at } | undefined;
  const close = (): void => {
    if (!open) return;
    const { has, expected, from } = open;
    const owners = lines.slice(from.wanted, from.wanted + expected.length).map(({ variable }) => variable);
    // Lines that were added are of the variable before them.
    const variables = expected.length > 0 ? owners : [lines[from.wanted - 1]?.variable];
    found.push({
      ...{ line: from.there + 1, has, expected },
      variables: [...new Set(variables.filter((name) => name !== undefined))],
    });
    open = undefined;
  };
  for (const { added, removed, value } of diffArrays(there, wanted)) {
    if (!added && !removed) close();
    else open ??= { has: [], expected: [], from: { ...at } };
    if (removed) open?.has.push(...value);
    if (added) open?.expected.push(...value);
    if (!added) at.there += value.length;
    if (!removed) at.wanted += value.length;
  }
  close();
  return found;
}
