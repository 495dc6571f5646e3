import { distance } from 'fastest-levenshtein';

/** Among more names than any set of manifests has, none is looked for: each look takes as long as there are names. */
const mostKnown = 1_000;

/**
 * The known name a typo probably stands for, or `undefined` when none is near.
 * "Near" is an edit distance of at most a third of the word, or two (a swap counts as two).
 */
export const nearest = (word: string, known: readonly string[]): string | undefined =>
  nearestOf(word, known)?.name;

/** The same where it alone can be meant: no other is as near, and half of the word at least is right. */
export function onlyNearest(word: string, known: readonly string[]): string | undefined {
  const best = nearestOf(word, known);
  return best && best.isAlone && best.name !== word && best.letters * 2 <= word.length
    ? best.name
    : undefined;
}

interface Near {
  readonly name: string;
  /** Its edit distance. */
  readonly letters: number;
  /** Whether no other name is as near. */
  readonly isAlone: boolean;
}

function nearestOf(word: string, known: readonly string[]): Near | undefined {
  if (known.length > mostKnown) return undefined;
  const most = Math.max(Math.min(2, word.length - 1), Math.floor(word.length / 3));
  let best: Near | undefined;
  for (const name of known) {
    if (Math.abs(name.length - word.length) > most) continue;
    const letters = distance(word, name);
    if (letters > most || letters > (best?.letters ?? most)) continue;
    if (letters === best?.letters) best = { ...best, isAlone: best.isAlone && name === best.name };
    else best = { name, letters, isAlone: true };
  }
  return best;
}
