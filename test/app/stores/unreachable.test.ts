import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createStores } from '../../../app/stores/create-stores.ts';
import type { Store, Stores } from '../../../app/stores/types.ts';
import { freePort } from '../../servers/ports.ts';
import { envOf } from '../../stores/real.ts';
import { startSilentServer } from '../../stores/silent-server.ts';

const host = '127.0.0.1';
const timeout = 1_000;
/** A store that had no limit of its own would wait for minutes; a machine with other work is late by seconds. */
const longest = 10 * timeout;

const storesAt = (port: number): Promise<Stores> =>
  createStores(
    envOf({
      REDIS_HOST: host,
      NEO4J_HOST: host,
      QDRANT_HOST: host,
      REDIS_PORT: String(port),
      NEO4J_PORT: String(port),
      QDRANT_PORT: String(port),
      REDIS_PASSWORD: 'a secret',
      NEO4J_PASSWORD: 'a secret',
      QDRANT_API_KEY: 'a-secret',
      STORE_TIMEOUT: String(timeout),
    }),
  );

/** Milliseconds a failing dial took, and what it said. */
async function dialled(store: Store): Promise<{ took: number; words: string }> {
  const start = performance.now();
  const words = await store.connect().then(
    () => 'connected',
    (error: unknown) => (error instanceof Error ? error.message : 'no error'),
  );
  return { took: performance.now() - start, words };
}

const kinds = ['record', 'index', 'cache'] as const;

describe('a real store', () => {
  let nowhere: Stores;
  let silent: Stores;
  let server: Awaited<ReturnType<typeof startSilentServer>>;
  let port: number;
  beforeAll(async () => {
    server = await startSilentServer();
    silent = await storesAt(server.port);
    port = await freePort();
    nowhere = await storesAt(port);
  });
  afterAll(async () => {
    for (const kind of kinds) await Promise.all([silent[kind].close(), nowhere[kind].close()]);
    await server.stop();
  });

  for (const kind of kinds) {
    test(`says within STORE_TIMEOUT who refused it when nothing listens (${kind})`, async () => {
      const { took, words } = await dialled(nowhere[kind]);
      expect(words).toContain(`connect ECONNREFUSED ${host}:${port}`);
      expect(words).not.toContain('secret');
      expect(took).toBeLessThan(longest);
    });

    test(`does not wait for a server that accepts and then says nothing (${kind})`, async () => {
      const { took, words } = await dialled(silent[kind]);
      expect(words).toMatch(/did not answer within|timed out|aborted|timeout/i);
      expect(took).toBeLessThan(longest);
    });
  }
});

test('the environment decides store by store whether it is embedded', async () => {
  const folder = await mkdtemp(`${tmpdir()}/mooring-create-`);
  const stores = await createStores(
    envOf({ EMBEDDED_STORES: 'neo4j,qdrant', DATA_DIR: folder, REDIS_PORT: String(await freePort()) }),
  );
  await stores.record.connect();
  await stores.index.connect();
  await expect(stores.cache.connect()).rejects.toThrow('ECONNREFUSED');
  for (const kind of kinds) await stores[kind].close();
  await rm(folder, { recursive: true });
});
