/** A linear model of vectors, as `npm run calibrate` fits it. */
export interface Linear {
  readonly bias: number;
  readonly weights: readonly number[];
}

/** The log of the odds that what the model tells is true of a vector. */
export const oddsOf = ({ bias, weights }: Linear, vector: Float32Array): number =>
  weights.reduce((sum, weight, at) => sum + weight * (vector[at] ?? 0), bias);
