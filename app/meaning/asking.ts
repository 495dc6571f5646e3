import { createHash } from 'node:crypto';
import model from './asking.json' with { type: 'json' };
import { valueOf } from './linear.ts';

/**
 * Whether a text asks, from 0 to 1, by its vector of the multilingual model and whether it ends with a question mark: so it
 * needs no rules of any language. `npm run calibrate` fits the weights to the labelled sets; docs/bench/asking.json says how
 * often they are wrong.
 */
export const askingOf = (text: string, vector: Float32Array): number => {
  const mark = endsAsking(text);
  return settled(1 / (1 + Math.exp(-valueOf(model, vector) - model.mark * mark)), mark);
};

/** Where a text may ask, a question mark settles it. */
export const settled = (asks: number, mark: number): number =>
  mark === 1 && isAsking(asks) ? Math.max(asks, surelyAsksFrom) : asks;

/** Of the weights: what was judged by others is judged anew. */
export const askingId = createHash('sha256').update(JSON.stringify(model)).digest('hex').slice(0, 8);

/** From this on a text asks, if it is not one that tells in an unusual order of words. */
export const asksFrom = 0.5;
/** From this on a text surely asks: only then is it no answer. docs/bench/asking.json says how many texts that tell are above. */
export const surelyAsksFrom = 0.9;

export const isAsking = (asks: number): boolean => asks >= asksFrom;
export const isSurelyAsking = (asks: number): boolean => asks >= surelyAsksFrom;

/** The same where there is no vector: whether it ends with a question mark. */
export const endsAsking = (text: string): number => Number(/[?？؟]["”’»)\s]*$/u.test(text));
