import { valueOf } from './linear.ts';
import models from './usual-likeness.json' with { type: 'json' };

/**
 * How like a question is to what resembles it most in the memory of another person, by each model. Questions differ in that: one
 * for the name of a dog is like every sentence about a pet, so that likeness alone says little. `npm run calibrate` fits it.
 */
export interface UsualLikeness {
  readonly multilingual: number;
  /** By the model for English; absent where the question is in another language. */
  readonly minilm?: number;
}

/** @param minilm absent where the question is not in English. */
export const usualLikenessOf = (
  multilingual: Float32Array,
  minilm: Float32Array | undefined,
): UsualLikeness => ({
  multilingual: valueOf(models.multilingual, multilingual),
  ...(minilm ? { minilm: valueOf(models.minilm, minilm) } : {}),
});
