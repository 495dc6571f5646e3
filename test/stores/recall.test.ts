import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { QdrantSearchIndex } from '../../app/stores/qdrant/search-index.ts';
import { measureRecall } from '../app/memory/recall-facts.ts';
import { chattySet } from '../app/memory/sets/chatty.ts';
import { clinicSet } from '../app/memory/sets/clinic.ts';
import { generatedSet } from '../app/memory/sets/generated.ts';
import { forSuite } from '../servers/for-suite.ts';
import { startQdrant } from '../servers/qdrant/qdrant.ts';
import { envOf } from './real.ts';

describe("recall over Qdrant's engine", () => {
  const qdrant = forSuite(() => startQdrant());
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

  test('fifty generated facts are quoted with date and source, ten never told are not known', async () => {
    const { hits, abstained, misses } = await measureRecall(generatedSet(1), index());
    expect(misses).toEqual([]);
    expect({ hits, abstained }).toEqual({ hits: 50, abstained: 10 });
  });

  test.each([
    ['a nurse', clinicSet, 50, 10],
    ['a friend', chattySet, 46, 10],
  ] as const)(
    'facts told as to %s are quoted as over the embedded index',
    async (_, set, hits, abstained) => {
      const measured = await measureRecall(set, index());
      expect(measured.hits).toBeGreaterThanOrEqual(hits);
      expect(measured.abstained).toBeGreaterThanOrEqual(abstained);
    },
  );
});
