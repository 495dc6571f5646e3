import { closest, distance } from 'fastest-levenshtein';

/**
 * The known name a typo probably stands for, or `undefined` when none is near.
 * "Near" is an edit distance of at most a third of the word, or two (a swap counts as two).
 */
export function nearest(word: string, known: readonly string[]): string | undefined {
  if (known.length === 0) return undefined;
  const best = closest(word, known);
  return distance(word, best) <= Math.max(Math.min(2, word.length - 1), Math.floor(word.length / 3))
    ? best
    : undefined;
}
