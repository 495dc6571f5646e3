import { randomUUID } from 'node:crypto';
import { QdrantClient } from '@qdrant/js-client-rest';
import { Redis } from 'ioredis';
import neo4j from 'neo4j-driver';
import { describe, expect, onTestFinished, test } from 'vitest';
import { serverFolder } from '../servers/folder.ts';
import { forSuite } from '../servers/for-suite.ts';
import { startNeo4j } from '../servers/neo4j/neo4j.ts';
import { isPortOpen } from '../servers/ports.ts';
import { startQdrant, type QdrantServer } from '../servers/qdrant/qdrant.ts';
import { startRedis } from '../servers/redis.ts';

const PASSWORD = 'a password with "quotes", a ü and a \\';
const API_KEY = 'a key';
const COLLECTION = 'memory';

interface Server {
  host: string;
  port: number;
  stop(): Promise<void>;
}

/** Starts a server for one test alone, in a suite that already found that this machine can have it. */
async function started<S extends Server>(start: Promise<S>): Promise<S> {
  const server = await start;
  onTestFinished(() => server.stop());
  return server;
}

async function expectGoneAfterStop(server: Server): Promise<void> {
  expect(await isPortOpen(server.host, server.port)).toBe(true);
  await server.stop();
  expect(await isPortOpen(server.host, server.port)).toBe(false);
}

async function temporaryFolder(name: string): Promise<string> {
  const folder = await serverFolder(name);
  onTestFinished(() => folder.dispose());
  return folder.path;
}

function qdrantClient({ url, apiKey }: QdrantServer): QdrantClient {
  // The key goes as a header of ours: the client's own option warns that loopback has no TLS.
  return new QdrantClient({ url, headers: { 'api-key': apiKey }, checkCompatibility: false });
}

/** One point of one word for each patient and word; word n is dimension n of the sparse vector. */
async function remember(client: QdrantClient, said: readonly (readonly [string, number])[]): Promise<void> {
  await client.createCollection(COLLECTION, { sparse_vectors: { bm25: { modifier: 'idf' } } });
  await client.createPayloadIndex(COLLECTION, {
    field_name: 'patientId',
    field_schema: 'keyword',
    wait: true,
  });
  const points = said.map(([patientId, word]) => ({
    id: randomUUID(),
    vector: { bm25: { indices: [word], values: [1] } },
    payload: { patientId, word },
  }));
  await client.upsert(COLLECTION, { wait: true, points });
}

const of = (patientId: string) => ({ must: [{ key: 'patientId', match: { value: patientId } }] });

describe('redis', () => {
  const redis = forSuite(() => startRedis({ password: PASSWORD }));

  test('a redis with a password refuses a client without it', async () => {
    const server = redis();
    const stranger = new Redis({ host: server.host, port: server.port, enableReadyCheck: false });
    // The library says it a second time, on the console, unless somebody listens.
    stranger.on('error', () => undefined);
    const friend = new Redis(server.url);
    onTestFinished(() => {
      stranger.disconnect();
      friend.disconnect();
    });
    await expect(stranger.set('k', 'v')).rejects.toThrow(/NOAUTH/);
    await expect(friend.set('k', 'v')).resolves.toBe('OK');
  });

  test('what a redis acknowledged is there after a restart on the same port', async () => {
    const folder = await temporaryFolder('redis');
    const first = await started(startRedis({ folder }));
    const client = new Redis(first.url);
    onTestFinished(() => client.disconnect());
    await client.set('k', 'v');
    await first.stop();
    const second = await started(startRedis({ folder, port: first.port }));
    expect(second.url).toBe(first.url);
    await expect(client.get('k')).resolves.toBe('v');
  });

  test('a redis is gone after stop', async () => {
    await expectGoneAfterStop(await started(startRedis({ password: PASSWORD })));
  });
});

describe('neo4j', () => {
  const neo = forSuite(() => startNeo4j({ password: PASSWORD }));

  test('neo4j refuses a wrong password over Bolt', async () => {
    const server = neo();
    const ask = async (password: string) => {
      const driver = neo4j.driver(server.url, neo4j.auth.basic(server.user, password));
      try {
        const { records } = await driver.executeQuery('RETURN 1 AS one');
        return String(records[0]?.get('one'));
      } finally {
        await driver.close();
      }
    };
    await expect(ask('wrong')).rejects.toThrow(/unauthorized/);
    await expect(ask('neo4j')).rejects.toThrow(/unauthorized/);
    await expect(ask(PASSWORD)).resolves.toBe('1');
  });

  test('a neo4j is gone after stop', async () => {
    await expectGoneAfterStop(await started(startNeo4j({ password: PASSWORD })));
  });
});

describe('qdrant', () => {
  const qdrant = forSuite(() => startQdrant({ apiKey: API_KEY }));

  test("qdrant's stand-in answers 501 to a route it lacks", async () => {
    const server = qdrant();
    const answer = await fetch(`${server.url}/aliases`, { headers: { 'api-key': API_KEY } });
    expect(answer.status).toBe(501);
    expect(await answer.text()).toContain('GET /aliases');
  });

  test("qdrant's stand-in answers 501 to a field it would have to ignore", async () => {
    const server = qdrant();
    const answer = await fetch(`${server.url}/collections/${COLLECTION}/points/query`, {
      method: 'POST',
      headers: { 'api-key': API_KEY, 'content-type': 'application/json' },
      body: JSON.stringify({ lookup_from: { collection: 'other' } }),
    });
    expect(answer.status).toBe(501);
    expect(await answer.text()).toContain('lookup_from');
  });

  test('qdrant refuses a request without its key, but not a probe', async () => {
    const server = qdrant();
    const status = async (path: string) => (await fetch(`${server.url}${path}`)).status;
    expect(await status('/collections')).toBe(401);
    expect(await status('/livez')).toBe(200);
    expect(await status('/readyz')).toBe(200);
    await expect(qdrantClient({ ...server, apiKey: 'another' }).getCollections()).rejects.toThrow(
      /Unauthorized/,
    );
    await expect(qdrantClient(server).getCollections()).resolves.toHaveProperty('collections');
  });

  test('a qdrant collection survives a restart', async () => {
    const folder = await temporaryFolder('qdrant');
    const first = await started(startQdrant({ apiKey: API_KEY, folder }));
    await remember(qdrantClient(first), [['a', 1]]);
    await first.stop();
    const second = await started(startQdrant({ apiKey: API_KEY, folder }));
    const client = qdrantClient(second);
    const { points } = await client.scroll(COLLECTION, { with_payload: true });
    expect(points.map((point) => point.payload)).toEqual([{ patientId: 'a', word: 1 }]);
    const { payload_schema } = await client.getCollection(COLLECTION);
    expect(payload_schema).toMatchObject({ patientId: { data_type: 'keyword' } });
  });

  test('qdrant filters by patient, in a query, a fusion, a count and a deletion', async () => {
    const client = qdrantClient(qdrant());
    await remember(client, [
      ['a', 1],
      ['a', 2],
      ['b', 1],
    ]);
    const query = { indices: [1, 2], values: [1, 1] };
    const prefetch = { query, using: 'bm25', filter: of('a') };
    const patients = ({ points }: { points: { payload?: unknown }[] }) =>
      points.map((point) => point.payload);
    const theirs = [
      { patientId: 'a', word: 2 },
      { patientId: 'a', word: 1 },
    ];
    // Word 2 is the rarer one, so idf puts it first.
    expect(patients(await client.query(COLLECTION, { ...prefetch, with_payload: true }))).toEqual(theirs);
    const fused = { prefetch, query: { fusion: 'rrf' as const }, with_payload: true };
    expect(patients(await client.query(COLLECTION, fused))).toEqual(theirs);
    expect(await client.count(COLLECTION, { filter: of('a') })).toEqual({ count: 2 });
    await client.delete(COLLECTION, { wait: true, filter: of('a') });
    expect(patients(await client.scroll(COLLECTION))).toEqual([{ patientId: 'b', word: 1 }]);
  });

  test('a qdrant is gone after stop', async () => {
    await expectGoneAfterStop(await started(startQdrant({ apiKey: API_KEY })));
  });
});
