/** One example: what is known of it, and what it is. */
export interface Example {
  readonly values: readonly number[];
  readonly isTrue: boolean;
}

export interface Classifier {
  readonly weights: readonly number[];
  readonly bias: number;
}

export interface Fitting {
  /** How strongly weights are held small. */
  readonly decay: number;
  readonly rounds: number;
  readonly rate: number;
  /** Whether more of a value never makes it less likely that an example is true. */
  readonly isRising?: boolean;
}

/** Logistic regression by gradient descent: its sum is the log of the odds that an example is true. */
export function classifier(
  examples: readonly Example[],
  { decay, rounds, rate, isRising = false }: Fitting,
): Classifier {
  const length = examples[0]?.values.length ?? 0;
  const weights = new Float64Array(length);
  let bias = 0;
  for (let round = 0; round < rounds; round++) {
    const slope = new Float64Array(length);
    let ofBias = 0;
    for (const { values, isTrue } of examples) {
      const wrong = 1 / (1 + Math.exp(-sumOf(values, { weights, bias }))) - Number(isTrue);
      values.forEach((value, at) => (slope[at] = (slope[at] ?? 0) + wrong * value));
      ofBias += wrong;
    }
    weights.forEach((weight, at) => {
      const next = weight - rate * ((slope[at] ?? 0) / examples.length + decay * weight);
      weights[at] = isRising ? Math.max(0, next) : next;
    });
    bias -= (rate * ofBias) / examples.length;
  }
  return { weights: [...weights], bias };
}

export function sumOf(
  values: readonly number[],
  { weights, bias }: { readonly weights: ArrayLike<number>; readonly bias: number },
): number {
  return values.reduce((sum, value, at) => sum + value * (weights[at] ?? 0), bias);
}
