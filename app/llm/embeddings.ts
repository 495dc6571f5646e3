import { z } from 'zod';
import type { Embedder } from '../stores/qdrant/embedder.ts';
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
  return {
    id: `${endpoint.model} at ${new URL(endpoint.baseUrl).host}`,
    async embed(texts) {
      const vectors: number[][] = [];
      for (let at = 0; at < texts.length; at += batch)
        vectors.push(...(await embedBatch(endpoint, texts.slice(at, at + batch))));
      return vectors;
    },
  };
}

async function embedBatch(endpoint: Endpoint, texts: readonly string[]): Promise<number[][]> {
  const patience = new Patience(endpoint);
  try {
    const body = { model: endpoint.model, input: texts, encoding_format: 'float' };
    const response = await post(endpoint, 'embeddings', body, { signal: patience.signal, mostBytes });
    const { data } = answer.parse(await response.json());
    if (data.length !== texts.length)
      throw new Error(`${texts.length} texts were sent, ${data.length} vectors came back`);
    return data.toSorted((a, b) => a.index - b.index).map(({ embedding }) => embedding);
  } catch (error) {
    throw failure('embedder', endpoint, error, patience);
  } finally {
    patience.end();
  }
}
