import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Embedder } from '../../app/stores/qdrant/embedder.ts';
import { QdrantSearchIndex } from '../../app/stores/qdrant/search-index.ts';
import { forSuite } from '../servers/for-suite.ts';
import { freePort } from '../servers/ports.ts';
import { startQdrant, type QdrantServer } from '../servers/qdrant/qdrant.ts';
import { envOf } from './real.ts';
import { fact, newScope, searchIndexFacts } from './store-suite.ts';

interface Choice {
  readonly collection?: string;
  readonly embedder?: Embedder;
}
const indexOf = (
  { host, port, apiKey }: Omit<QdrantServer, 'url' | 'stop'>,
  { collection = `memory-${randomUUID()}`, embedder }: Choice = {},
): QdrantSearchIndex =>
  new QdrantSearchIndex(
    envOf({
      QDRANT_HOST: host,
      QDRANT_PORT: String(port),
      QDRANT_API_KEY: apiKey,
      QDRANT_COLLECTION: collection,
      STORE_TIMEOUT: '10000',
    }),
    embedder,
  );

/** Knows one thing: pets are like one another, and unlike everything else. */
const petEmbedder = (id = 'pets'): Embedder => ({
  id,
  embed: (texts) => Promise.resolve(texts.map((text) => (/cat|dog|pet/i.test(text) ? [1, 0, 0] : [0, 1, 0]))),
});
const brokenEmbedder: Embedder = {
  id: 'pets',
  embed: () => Promise.reject(new Error('the embedder is away')),
};

describe("Qdrant's engine", () => {
  const qdrant = forSuite(() => startQdrant());
  searchIndexFacts(() => indexOf(qdrant()));

  test("never finds another patient's fact by its meaning", async () => {
    const index = indexOf(qdrant(), { embedder: petEmbedder() });
    await index.add([fact(newScope().patientId, 'Rex is my dog.')]);
    expect(await index.search(newScope().patientId, 'Which pet is mine?', 5)).toEqual([]);
  });

  test('finds by meaning what no word gives away, when there is an embedder', async () => {
    const index = indexOf(qdrant(), { embedder: petEmbedder() });
    const { patientId } = newScope();
    const [dog, tea] = [fact(patientId, 'Rex is my dog.'), fact(patientId, 'I drink tea.')];
    await index.add([dog, tea]);
    const [best] = await index.search(patientId, 'Which pet is mine?', 5);
    expect(best?.factId).toBe(dog.id);
  });

  test('refuses to mix the vectors of two embedders, or vectors and none', async () => {
    const collection = `memory-${randomUUID()}`;
    await indexOf(qdrant(), { collection, embedder: petEmbedder() }).connect();
    await expect(indexOf(qdrant(), { collection, embedder: petEmbedder('other') }).connect()).rejects.toThrow(
      /vectors of pets, but vectors of other are configured; .*QDRANT_COLLECTION/,
    );
    await expect(indexOf(qdrant(), { collection }).connect()).rejects.toThrow(/words without embeddings/);
  });

  test('stores and finds by words while the embedder is away, and says so when adding', async () => {
    const collection = `memory-${randomUUID()}`;
    await indexOf(qdrant(), { collection, embedder: petEmbedder() }).connect();
    const index = indexOf(qdrant(), { collection, embedder: brokenEmbedder });
    const { patientId } = newScope();
    const dog = fact(patientId, 'Rex is my dog.');
    await expect(index.add([dog])).rejects.toThrow('the embedder is away');
    expect(await index.search(patientId, 'dog', 5)).toHaveLength(1);
  });

  test('is one index to every replica, and another one when its collection was lost', async () => {
    const collection = `memory-${randomUUID()}`;
    const [one, other] = [indexOf(qdrant(), { collection }), indexOf(qdrant(), { collection })];
    await Promise.all([one.connect(), other.connect()]);
    await Promise.all([one.connect(), other.connect()]);
    const id = await one.id();
    expect(await other.id()).toBe(id);
    await fetch(`${qdrant().url}/collections/${collection}`, { method: 'DELETE' });
    await one.connect();
    expect(await one.id()).not.toBe(id);
  });
});

describe("Qdrant's engine, away and back", () => {
  test('says who refused it, then works without a new store', async () => {
    const port = await freePort();
    const folder = await mkdtemp(join(tmpdir(), 'mooring-qdrant-'));
    const apiKey = 'a-very-secret-key';
    const index = indexOf({ host: '127.0.0.1', port, apiKey });
    const { patientId } = newScope();
    try {
      await expect(index.connect()).rejects.toThrow(`connect ECONNREFUSED 127.0.0.1:${port}`);
      const first = await startQdrant({ port, folder, apiKey });
      await index.connect();
      await index.add([fact(patientId, 'I have a cat.')]);
      await expect(indexOf({ host: '127.0.0.1', port, apiKey: 'wrong-guess' }).connect()).rejects.toThrow(
        /^(?!.*wrong-guess).*(Unauthorized|Forbidden|401|403)/i,
      );
      await first.stop();
      await expect(index.search(patientId, 'cat', 5)).rejects.toThrow(
        /ECONNREFUSED|other side closed|ECONNRESET/,
      );
      const second = await startQdrant({ port, folder, apiKey });
      expect(await index.search(patientId, 'cat', 5)).toHaveLength(1);
      await second.stop();
    } finally {
      await index.close();
      await rm(folder, { recursive: true, force: true });
    }
  });
});
