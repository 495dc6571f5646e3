import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { LocalEmbedder } from '../../app/meaning/local-embedder.ts';
import { QdrantSearchIndex } from '../../app/stores/qdrant/search-index.ts';
import { cachedModels } from '../../scripts/models/cached-models.ts';
import { measured, personOf } from '../app/memory/labelled.ts';
import { forSuite } from '../servers/for-suite.ts';
import { startQdrant } from '../servers/qdrant/qdrant.ts';
import { envOf } from './real.ts';

describe("recall over Qdrant's engine", () => {
  const qdrant = forSuite(() => startQdrant());
  const models = forSuite(async () => {
    const embedder = new LocalEmbedder(await cachedModels(console.log));
    await embedder.embed([{ text: 'Hello', patientId: 'p', isQuestion: false }]);
    return { embedder, stop: () => embedder.close() };
  });
  const index = (): QdrantSearchIndex =>
    new QdrantSearchIndex(
      envOf({
        QDRANT_HOST: qdrant().host,
        QDRANT_PORT: String(qdrant().port),
        QDRANT_API_KEY: qdrant().apiKey,
        QDRANT_COLLECTION: `memory-${randomUUID()}`,
        STORE_TIMEOUT: '10000',
      }),
    );

  test('what a person told is found as over the embedded index', async () => {
    const { embedder } = models();
    const person = personOf('en', 1);
    const over = await measured(person, { embedder, index: index() });
    const embedded = await measured(person, { embedder });
    expect(over.changed).toEqual([]);
    expect(over.right).toBeGreaterThanOrEqual(embedded.right - 1);
    expect(Math.abs(over.answered - embedded.answered)).toBeLessThanOrEqual(1);
    expect(Math.abs(over.denied - embedded.denied)).toBeLessThanOrEqual(1);
  });
});
