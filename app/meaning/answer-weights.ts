import weights from './answer-weights.json' with { type: 'json' };

/**
 * The vector of a question, weighted so that its product with a text says how far the text answers it, and not only resembles it:
 * one for a brother resembles what was told of a sister. `npm run calibrate` fits the weights to the labelled sets.
 * @param vector of both models, one behind the other, unweighted.
 */
export const forAnswers = (vector: Float32Array): Float32Array =>
  vector.map((one, at) => one * (weights[at] ?? 0));
