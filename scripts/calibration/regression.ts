import { numberAt } from './number-at.ts';
import type { Linear } from '../../app/meaning/linear.ts';

/** A vector, and the number that it should give. */
export interface Sample {
  readonly vector: Float32Array;
  readonly value: number;
}

/** For vectors of unit length. */
const [decay, rounds, rate, ofBias, momentum] = [0.002, 250, 3, 0.3, 0.9];

/** Linear regression by gradient descent, its weights held small. */
export function regression(samples: readonly Sample[]): Linear {
  const weights = new Float64Array(samples[0]?.vector.length ?? 0);
  const steps = new Float64Array(weights.length);
  let bias = samples.reduce((sum, { value }) => sum + value, 0) / samples.length;
  for (let round = 0; round < rounds; round++) {
    const slope = new Float64Array(weights.length);
    let off = 0;
    for (const { vector, value } of samples) {
      let wrong = bias - value;
      for (let at = 0; at < weights.length; at++) wrong += numberAt(weights, at) * numberAt(vector, at);
      for (let at = 0; at < weights.length; at++)
        slope[at] = numberAt(slope, at) + (wrong * numberAt(vector, at)) / samples.length;
      off += wrong / samples.length;
    }
    for (let at = 0; at < weights.length; at++) {
      const weight = numberAt(weights, at);
      steps[at] = momentum * numberAt(steps, at) - rate * (numberAt(slope, at) + decay * weight);
      weights[at] = weight + numberAt(steps, at);
    }
    bias -= ofBias * off;
  }
  return { bias, weights: [...weights] };
}
