import { isAsking, isSurelyAsking } from '../../meaning/asking.ts';

/**
 * How well a window of text answers a question: the likeness of what both mean, and the question's words that it has, each
 * weighed by its rarity among the patient's own windows. docs/adr/0017 has the figures behind the constants.
 */

/** BM25's constants; windows are about this many terms long. */
const saturation = 1.2;
const lengthShare = 0.4;
const usualLength = 20;

/** The weight of each term of a window: its frequency, saturated, in relation to the window's length. */
export function termWeights(terms: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const term of terms) counts.set(term, (counts.get(term) ?? 0) + 1);
  const norm = saturation * (1 - lengthShare + (lengthShare * terms.length) / usualLength);
  return new Map([...counts].map(([term, count]) => [term, (count * (saturation + 1)) / (count + norm)]));
}

/** BM25 takes 1; on three LoCoMo conversations 1.5 finds more, each with the power that the other two choose. */
const rarityPower = 1.5;

/** How rare a term is among a patient's windows. */
export const rarity = (windows: number, having: number): number =>
  Math.log(1 + (windows - having + 0.5) / (having + 0.5)) ** rarityPower;

/** What a window has in common with a question. */
export interface Likeness {
  /** The share of the question's words that it has, by their rarity. */
  readonly words: number;
  /** The product of both vectors; absent where one has none. */
  readonly meaning?: number | undefined;
}

/** How far a window is set back that may ask: questions resemble questions. test/app/memory/sets/labelled chose the factor. */
export const setBackOf = (asks: number): number => (isAsking(asks) ? 0.4 * asks : 0);

/** Among thousands of windows a rare word says more than likeness, among a dozen less. */
const wordsWeight = (windows: number): number => Math.min(1.5, Math.sqrt(windows) / 40);

/** What a window without a vector may have in common with a question that has one, so that it is found until it is embedded. */
const likelyMeaning = (words: number): number => words / 2;

/** How well a window answers. @param windows how many the patient has that tell. */
export const scoreOf = (
  { words, meaning = likelyMeaning(words), asks }: Likeness & Pick<Ordered, 'asks'>,
  { windows, isByMeaning }: { readonly windows: number; readonly isByMeaning: boolean },
): number => (isByMeaning ? meaning + words * wordsWeight(windows) : words) - setBackOf(asks);

/**
 * Best first. A window that surely asks comes behind all others: it holds the words of the question, and no answer. One that
 * may ask is set back only, since it may as well tell.
 */
export const inOrder = (a: Ordered, b: Ordered): number =>
  Number(isSurelyAsking(a.asks)) - Number(isSurelyAsking(b.asks)) || b.score - a.score;

interface Ordered {
  readonly score: number;
  /** From 0, it tells something, to 1, it asks. */
  readonly asks: number;
}
