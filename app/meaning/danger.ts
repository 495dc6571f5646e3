import model from './danger.json' with { type: 'json' };
import { valueOf } from './linear.ts';

/**
 * Whether a text reports a danger to a life that is happening now, by its vector of the multilingual model: above 0 it does,
 * or may. `npm run calibrate` fits the weights to the labelled sets, and says how many dangers are seen.
 */
export const dangerOf = (vector: Float32Array): number => valueOf(model, vector);
