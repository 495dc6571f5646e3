import { numberAt } from './number-at.ts';
import type { PackedVector } from '../../app/meaning/packed-vector.ts';

/** A question and a window that resembles it. */
export interface Pair {
  readonly person: string;
  /** Of both models, unweighted. */
  readonly question: Float32Array;
  readonly window: PackedVector;
  readonly isAnswer: boolean;
}

/** Numbers of the model for English, at the beginning of a vector; 0 where a text is in another language. */
const ofMinilm = 384;

/** Brings the products of two numbers near 1, where descent is fast. */
const scale = 200;
/** In English: what the weights of its model count beside those of the other one, and what its plain likeness counts. */
const [besideMultilingual, plainLikeness] = [0.55, 19];
const [decay, rounds, rate, ofAll, momentum] = [0.002, 150, 2, 0.1, 0.9];

/** Fits the weights of a vector's numbers with which its product with a window says whether that answers: of each model by itself. */
export function fitAnswers(pairs: readonly Pair[]): number[] {
  const english = pairs.filter(({ question, window }) => question[0] !== 0 && window.steps[0] !== 0);
  const length = pairs[0]?.question.length ?? 0;
  const minilm = weightsOf(english, 0, ofMinilm).map((weight) => besideMultilingual * weight + plainLikeness);
  return [...minilm, ...weightsOf(pairs, ofMinilm, length)];
}

export const answersOf = (
  weights: readonly number[],
  { question, window }: Omit<Pair, 'isAnswer' | 'person'>,
): number =>
  weights.reduce((sum, one, at) => sum + one * numberAt(question, at) * numberAt(window.steps, at), 0) *
  window.step;

/** Logistic regression by gradient descent: one weight for all numbers, and how far each is from it, which is held small. */
function weightsOf(pairs: readonly Pair[], from: number, to: number): number[] {
  const length = to - from;
  const products = Float32Array.from({ length: pairs.length * length }, (_, at) => {
    const pair = pairs[Math.floor(at / length)];
    const place = from + (at % length);
    return (
      scale *
      (pair?.question[place] ?? 0) *
      numberAt(pair?.window.steps ?? [], place) *
      (pair?.window.step ?? 0)
    );
  });
  // Both outcomes count the same.
  const right = pairs.filter(({ isAnswer }) => isAnswer).length;
  const shares = pairs.map(({ isAnswer }) => 0.5 / (isAnswer ? right : pairs.length - right));
  const [own, steps, slope] = [new Float64Array(length), new Float64Array(length), new Float64Array(length)];
  let [shared, bias, stepShared, stepBias] = [0.04, -3, 0, 0];
  for (let round = 0; round < rounds; round++) {
    slope.fill(0);
    let [slopeShared, slopeBias] = [0, 0];
    for (const [number, { isAnswer }] of pairs.entries()) {
      const start = number * length;
      let [sum, all] = [bias, 0];
      for (let at = 0; at < length; at++) {
        const product = numberAt(products, start + at);
        sum += numberAt(own, at) * product;
        all += product;
      }
      const wrong = (1 / (1 + Math.exp(-sum - shared * all)) - Number(isAnswer)) * numberAt(shares, number);
      for (let at = 0; at < length; at++)
        slope[at] = numberAt(slope, at) + wrong * numberAt(products, start + at);
      slopeShared += wrong * all;
      slopeBias += wrong;
    }
    for (let at = 0; at < length; at++) {
      steps[at] = momentum * numberAt(steps, at) - rate * (numberAt(slope, at) + decay * numberAt(own, at));
      own[at] = numberAt(own, at) + numberAt(steps, at);
    }
    // The sum of all products is some ten times as great as one of them.
    stepShared = momentum * stepShared - (ofAll / 400) * slopeShared;
    stepBias = momentum * stepBias - ofAll * slopeBias;
    shared += stepShared;
    bias += stepBias;
  }
  return [...own].map((one) => scale * (one + shared));
}
