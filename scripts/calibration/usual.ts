import { valueOf, type Linear } from '../../app/meaning/linear.ts';
import type { UsualLikeness } from '../../app/meaning/usual-likeness.ts';
import { regression, type Sample } from './regression.ts';

/** A text of a person, with its vector by each model: of that for English only where it is in English. */
export interface Said {
  readonly person: string;
  readonly multilingual: Float32Array;
  readonly minilm: Float32Array | undefined;
}

/** The models of `usual-likeness.json`. */
export interface Usual {
  readonly multilingual: Linear;
  readonly minilm: Linear;
}

/** Turns that resemble a question most, which say how like it such turns are. */
const mostAlike = 5;

/**
 * Fits, to the vector of a question, how like it the turns of other persons are that resemble it most: of some thousand there
 * nearly always are some about the same thing. No label is used.
 */
export function fitUsual(questions: readonly Said[], turns: readonly Said[]): Usual {
  const samples = (vectorOf: (said: Said) => Float32Array | undefined): Sample[] =>
    questions.flatMap(({ person, ...question }) => {
      const vector = vectorOf({ person, ...question });
      if (!vector) return [];
      const likeness = turns.flatMap((turn) => {
        const other = turn.person === person ? undefined : vectorOf(turn);
        return other ? [product(vector, other)] : [];
      });
      const most = likeness.sort((a, b) => b - a).slice(0, mostAlike);
      return [{ vector, value: most.reduce((sum, one) => sum + one, 0) / most.length }];
    });
  return {
    multilingual: regression(samples(({ multilingual }) => multilingual)),
    minilm: regression(samples(({ minilm }) => minilm)),
  };
}

export const usualOf = (usual: Usual, { multilingual, minilm }: Said): UsualLikeness => ({
  multilingual: valueOf(usual.multilingual, multilingual),
  ...(minilm ? { minilm: valueOf(usual.minilm, minilm) } : {}),
});

function product(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let at = 0; at < a.length; at++) sum += (a[at] ?? 0) * (b[at] ?? 0);
  return sum;
}
