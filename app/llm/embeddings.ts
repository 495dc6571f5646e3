import { z } from 'zod';
import type { Embedder, Meaning, Text } from '../meaning/embedder.ts';
import { failure, post, Patience, type Endpoint } from './endpoint.ts';

const answer = z.object({
  data: z.array(z.object({ index: z.int(), embedding: z.array(z.number()).min(1) })),
});

/** Texts per request; some servers refuse more. */
const batch = 64;

/** Bytes of an answer: a batch of vectors of 4,096 numbers in full precision. */
const mostBytes = 8 * 1024 * 1024;

/** An embedder behind `embeddings` of an OpenAI-compatible endpoint. */
export function embedder(endpoint: Endpoint): Embedder {
  let length: number | undefined;
  const checked = (meanings: Meaning[]): Meaning[] => {
    for (const { vector } of meanings) {
      length ??= vector.length;
      if (vector.length !== length)
        throw new Error(
          `The embedder at ${new URL(endpoint.baseUrl).host} answered a vector of ${vector.length} numbers; before, they had ${length}.`,
        );
    }
    return meanings;
  };
  const at = ` at ${new URL(endpoint.baseUrl).host}`;
  return {
    id: `${endpoint.model}${at}`,
    async embed(texts) {
      const meanings: Meaning[] = [];
      for (let at = 0; at < texts.length; at += batch)
        meanings.push(...(await embedBatch(endpoint, texts.slice(at, at + batch))));
      return checked(meanings);
    },
    /** Another model of the same endpoint. */
    former: (id) =>
      id.endsWith(at) && id.length > at.length
        ? embedder({ ...endpoint, model: id.slice(0, -at.length) })
        : undefined,
    close: () => Promise.resolve(),
  };
}

async function embedBatch(endpoint: Endpoint, texts: readonly Text[]): Promise<Meaning[]> {
  const patience = new Patience(endpoint);
  try {
    const body = { model: endpoint.model, input: texts.map(({ text }) => text), encoding_format: 'float' };
    const response = await post(endpoint, 'embeddings', body, { signal: patience.signal, mostBytes });
    const { data } = answer.parse(await response.json());
    if (data.length !== texts.length)
      throw new Error(`${texts.length} texts were sent, ${data.length} vectors came back`);
    return data.toSorted((a, b) => a.index - b.index).map(({ embedding }) => meaningOf(embedding));
  } catch (error) {
    throw failure('embedder', endpoint, error, patience);
  } finally {
    patience.end();
  }
}

/** Of unit length, so that products compare. @throws Error for a vector that says nothing. */
function meaningOf(embedding: readonly number[]): Meaning {
  const length = Math.hypot(...embedding);
  if (!Number.isFinite(length) || length === 0)
    throw new Error('a vector of zeros, or with no finite length, came back');
  return { vector: Float32Array.from(embedding, (one) => one / length), language: '' };
}
