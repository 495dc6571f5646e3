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

/** The same where it alone can be meant: no other is as near, and half of the word at least is right. */
export function onlyNearest(word: string, known: readonly string[]): string | undefined {
  const best = nearest(word, known);
  if (best === undefined || best === word || distance(word, best) * 2 > word.length) return undefined;
  const isAsNear = (other: string): boolean =>
    other !== best && distance(word, other) <= distance(word, best);
  return known.some(isAsNear) ? undefined : best;
}
