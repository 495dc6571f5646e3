import { closest, distance } from 'fastest-levenshtein';

/**
 * The known name a typo was probably meant to be, or `undefined` when none is near.
 * "Near" is at most a third of the word wrong, or two letters (a swap counts as two), so that unrelated words suggest nothing.
 */
export function nearest(word: string, known: readonly string[]): string | undefined {
  if (known.length === 0) return undefined;
  const best = closest(word, known);
  return distance(word, best) <= Math.max(Math.min(2, word.length - 1), Math.floor(word.length / 3))
    ? best
    : undefined;
}
