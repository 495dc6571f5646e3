/** A linear model of vectors, as `npm run calibrate` fits it. */
export interface Linear {
  readonly bias: number;
  readonly weights: readonly number[];
}

/** What the model tells of a vector: of one that was fitted to yes and no, the log of the odds. */
export const valueOf = ({ bias, weights }: Linear, vector: Float32Array): number =>
  weights.reduce((sum, weight, at) => sum + weight * (vector[at] ?? 0), bias);
