import { createHash } from 'node:crypto';
import { QdrantClient } from '@qdrant/js-client-rest';
import { z } from 'zod';
import type { Env } from '../../../contract/backend-env.ts';
import { qdrantName } from '../../../contract/services/qdrant.ts';
import { withTimeLimit } from '../../../model/time-limit.ts';
import { errorText } from '../../observability/error-text.ts';
import type { Fact, SearchIndex } from '../types.ts';
import { factTerms, queryTerms } from '../../memory/words/terms.ts';
import { meaningVector, openCollection, wordVector, type Stamp } from './collection.ts';
import type { Embedder } from './embedder.ts';
import { factVector, queryVector } from './sparse-vector.ts';

type QdrantEnv = Pick<
  Env,
  'QDRANT_HOST' | 'QDRANT_PORT' | 'QDRANT_API_KEY' | 'QDRANT_COLLECTION' | 'QDRANT_TLS' | 'STORE_TIMEOUT'
>;

type Found = { readonly factId: string; readonly score: number }[];

const payloadSchema = z.object({ factId: z.string() });

/** Constant k of reciprocal rank fusion: the smaller, the more the first ranks of each list count. */
const fusionConstant = 2;

/** Search in Qdrant: by words (BM25), and by meaning when there is an embedder. */
export class QdrantSearchIndex implements SearchIndex {
  readonly name = qdrantName;
  readonly #client: QdrantClient;
  readonly #env: QdrantEnv;
  readonly #embedder: Embedder | undefined;
  #stamp: Stamp | undefined;

  constructor(env: QdrantEnv, embedder?: Embedder) {
    this.#env = env;
    this.#embedder = embedder;
    this.#client = new QdrantClient({
      // The client takes what follows the last colon for a port.
      host: env.QDRANT_HOST.includes(':') ? `[${env.QDRANT_HOST}]` : env.QDRANT_HOST,
      port: env.QDRANT_PORT,
      https: env.QDRANT_TLS,
      timeout: env.STORE_TIMEOUT,
      checkCompatibility: false,
      // As a header: given as `apiKey` without TLS, which is usual inside a cluster, the client prints a warning.
      ...(env.QDRANT_API_KEY === undefined ? {} : { headers: { 'api-key': env.QDRANT_API_KEY } }),
    });
  }

  async connect(): Promise<void> {
    this.#stamp = undefined;
    this.#stamp = await this.#ask(openCollection(this.#client, this.#env.QDRANT_COLLECTION, this.#embedder));
  }

  async close(): Promise<void> {
    this.#stamp = undefined;
  }

  async id(): Promise<string> {
    if (this.#stamp === undefined) await this.connect();
    if (this.#stamp === undefined) throw new Error('The search index was closed while it was being opened.');
    return this.#stamp.indexId;
  }

  /** Without an embedding a fact is indexed by its words only; the error then makes the caller add it again. */
  async add(facts: readonly Fact[]): Promise<void> {
    if (facts.length === 0) return;
    await this.id();
    const meanings = await this.#meanings(facts.map(({ text }) => text));
    const points = facts.map((fact, at) => {
      const meaning = meanings.vectors?.[at];
      return {
        id: pointId(fact),
        vector: {
          [wordVector]: { ...factVector(factTerms(fact.text)) },
          ...(meaning === undefined ? {} : { [meaningVector]: meaning }),
        },
        payload: { patientId: fact.patientId, factId: fact.id },
      };
    });
    await this.#ask(this.#client.upsert(this.#env.QDRANT_COLLECTION, { wait: true, points }));
    if (meanings.error !== undefined) throw meanings.error;
  }

  async search(patientId: string, query: string, limit: number): Promise<Found> {
    await this.id();
    const words = { ...queryVector(queryTerms(query)) };
    const [meaning] = (await this.#meanings([query])).vectors ?? [];
    const filter = { must: [{ key: 'patientId', match: { value: patientId } }] };
    const byWords = { query: words, using: wordVector, filter, limit };
    if (meaning === undefined && words.indices.length === 0) return [];
    const { points } = await this.#ask(
      this.#client.query(this.#env.QDRANT_COLLECTION, {
        ...(meaning === undefined
          ? byWords
          : {
              prefetch: [byWords, { query: meaning, using: meaningVector, filter, limit }],
              query: { rrf: { k: fusionConstant } },
              limit,
            }),
        with_payload: true,
      }),
    );
    return points.map(({ payload, score }) => ({ factId: payloadSchema.parse(payload).factId, score }));
  }

  /** Without an embedder neither vectors nor error; embeddings never keep words from being stored or found. */
  async #meanings(texts: readonly string[]): Promise<{ vectors?: number[][]; error?: Error }> {
    if (this.#embedder === undefined) return {};
    try {
      return { vectors: await this.#embedder.embed(texts) };
    } catch (error) {
      return { error: new Error(errorText(error), { cause: error }) };
    }
  }

  async #ask<T>(answer: Promise<T>): Promise<T> {
    const { QDRANT_HOST, QDRANT_PORT, STORE_TIMEOUT } = this.#env;
    const tooLate = `Qdrant at ${QDRANT_HOST}:${QDRANT_PORT} did not answer within ${STORE_TIMEOUT} ms`;
    try {
      return await withTimeLimit(answer, STORE_TIMEOUT, tooLate);
    } catch (error) {
      // The collection may have been removed or replaced by the next request.
      this.#stamp = undefined;
      throw new Error(errorText(error), { cause: error });
    }
  }
}

/** The id of a fact's point: the same for the same fact, different for different patients. */
function pointId({ patientId, id }: Fact): string {
  const hex = createHash('sha256')
    .update(JSON.stringify([patientId, id]))
    .digest('hex');
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}
