import { rootOf } from '../words/lexicon.ts';
import { isStopWord } from '../words/stop-words.ts';
import { words } from '../words/terms.ts';

/** How much of what two sentences say they have in common, from 0 to 1. */
export function similarity(one: string, other: string): number {
  const [left, right] = [contents(one), contents(other)];
  const shared = [...left].filter((root) => right.has(root)).length;
  const all = new Set([...left, ...right]).size;
  return all === 0 ? 0 : shared / all;
}

/** Two sentences of this similarity speak of the same thing: one may have replaced the other. */
export const sameThing = 0.5;

const contents = (text: string): Set<string> =>
  new Set(
    words(text)
      .filter((word) => !isStopWord(word))
      .map(rootOf),
  );
