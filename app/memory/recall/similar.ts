import { factLength } from './bounds.ts';
import { rootOf } from '../words/lexicon.ts';
import { isStopWord } from '../words/stop-words.ts';
import { words } from '../words/terms.ts';

/** The Jaccard similarity of two sentences by the roots of their content words, from 0 to 1. */
export function similarity(one: string, other: string): number {
  const [left, right] = [contents(one), contents(other)];
  const shared = [...left].filter((root) => right.has(root)).length;
  const all = new Set([...left, ...right]).size;
  return all === 0 ? 0 : shared / all;
}

/** From this similarity on, two sentences are about the same thing: one may replace the other. */
export const sameThing = 0.5;

const contents = (text: string): Set<string> =>
  new Set(
    words(text.slice(0, factLength))
      .filter((word) => !isStopWord(word))
      .map(rootOf),
  );
