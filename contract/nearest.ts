import { closest, distance } from 'fastest-levenshtein';

/**
 * The known name a typo was probably meant to be, or `undefined` when none is near.
 * "Near" is at most a third of the word wrong, so that unrelated words suggest nothing.
 */
export function nearest(word: string, known: readonly string[]): string | undefined {
  if (known.length === 0) return undefined;
  const best = closest(word, known);
  return distance(word, best) <= Math.max(1, Math.ceil(word.length / 3)) ? best : undefined;
}
