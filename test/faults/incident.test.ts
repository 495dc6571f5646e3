import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lock } from 'proper-lockfile';
import { describe, expect, onTestFinished, test } from 'vitest';
import { readyz, type Readyz } from '../../contract/http.ts';
import { neo4jName } from '../../contract/services/neo4j.ts';
import { qdrantName } from '../../contract/services/qdrant.ts';
import { connected, handshake } from '../e2e/chat-client.ts';
import { poll } from '../servers/poll.ts';
import { freePort, isPortOpen, LOOPBACK } from '../servers/ports.ts';
import { startProcess } from '../servers/process.ts';
import { redisPath, startRedis } from '../servers/redis.ts';
import { Unavailable } from '../servers/unavailable.ts';

/** The app as a process of its own, on embedded Neo4j and Qdrant, with Redis expected at `redisPort`. */
async function startApp(redisPort: number) {
  const folder = await mkdtemp(join(tmpdir(), 'mooring-incident-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const [port, metricsPort] = [await freePort(), await freePort()];
  const logFile = join(folder, 'app.log');
  const app = await startProcess({
    command: process.execPath,
    args: ['app/main.ts'],
    env: {
      EMBEDDED_STORES: `${neo4jName},${qdrantName}`,
      DATA_DIR: join(folder, 'chat'),
      REDIS_HOST: 'localhost',
      REDIS_PORT: String(redisPort),
      HTTP_PORT: String(port),
      METRICS_PORT: String(metricsPort),
    },
    logFile,
    readyWhen: { port },
  });
  onTestFinished(() => app.stop());
  const ready = async (): Promise<{ status: number; body: Readyz }> => {
    const answer = await fetch(`http://${LOOPBACK}:${metricsPort}/readyz`);
    return { status: answer.status, body: readyz.parse(await answer.json()) };
  };
  return {
    url: `ws://${LOOPBACK}:${port}/ws/chat/patient%3Ademo/session%3A1769173656693`,
    ready,
    isReady: async () => (await ready()).status === 200,
    whyNoRedis: async () => (await ready()).body.gates.find(({ name }) => name === 'redis')?.lastError ?? '',
    log: () => readFile(logFile, 'utf8'),
  };
}

const isRefused = (answer: Awaited<ReturnType<typeof handshake>>): boolean =>
  answer.status === 503 && answer.headers['retry-after'] === '2';

/** Two test runs must not both want the ports of the incident; nor may they be somebody's who works here. */
async function theIncidentsPorts(): Promise<void> {
  const folder = join(tmpdir(), 'mooring-incident-ports');
  await mkdir(folder, { recursive: true });
  const release = await lock(folder, { retries: { forever: true, minTimeout: 250, maxTimeout: 250 } });
  onTestFinished(() => release());
  for (const port of [6379, 6380])
    if (await isPortOpen(LOOPBACK, port))
      throw new Unavailable('The incident on its own ports', `something listens on ${port} of this machine.`);
}

function redisHere(): boolean {
  try {
    return redisPath() !== '';
  } catch {
    return false;
  }
}

describe.skipIf(!redisHere())(
  'the incident: REDIS_PORT=6380 while Redis listens on 6379 (needs redis-server)',
  () => {
    test('it stays up, says what is wrong where, accepts no handshake, and is ready once Redis is there', async (context) => {
      await theIncidentsPorts().catch((error: unknown) => {
        if (error instanceof Unavailable) context.skip(error.message);
        throw error;
      });
      const where = await startRedis({ port: 6379 });
      onTestFinished(() => where.stop());
      const app = await startApp(6380);

      const explanation =
        "localhost:6380 refuses the connection. Port 6380 is often FalkorDB's or a TLS Redis'. " +
        'A Redis answers on localhost:6379 (dialled): should REDIS_PORT be 6379?';
      expect(await poll(async () => (await app.whyNoRedis()) === explanation, { timeoutMs: 10_000 })).toBe(
        'met',
      );
      expect((await app.ready()).body).toMatchObject({ ready: false, reason: 'WaitingForDependencies' });
      expect(await app.log()).toContain(explanation);

      const answers = await Promise.all(Array.from({ length: 50 }, () => handshake(app.url)));
      expect(answers.filter(isRefused)).toHaveLength(50);
      expect(await app.log()).not.toContain('connected. Total connections');

      const expected = await startRedis({ port: 6380 });
      onTestFinished(() => expected.stop());
      expect(await poll(app.isReady, { timeoutMs: 5_000 })).toBe('met');
      await connected(app.url);
      const log = await app.log();
      for (const line of [
        'Neo4j backend initialized',
        'Redis session cache initialized',
        'Patient Memory Service initialized',
        'Client patient:demo:session:1769173656693 connected. Total connections: 1',
      ])
        expect(log).toContain(line);
    });

    test('on any ports: one line at a back-off, not a flood, and ready by itself within seconds', async () => {
      const port = await freePort();
      const app = await startApp(port);
      expect(
        await poll(async () => (await app.whyNoRedis()).includes(`localhost:${port} refuses`), {
          timeoutMs: 10_000,
        }),
      ).toBe('met');
      const answers = await Promise.all(Array.from({ length: 50 }, () => handshake(app.url)));
      expect(answers.filter(isRefused)).toHaveLength(50);
      expect((await app.log()).match(/Redis is away/g)).toHaveLength(1);
      const redis = await startRedis({ port });
      onTestFinished(() => redis.stop());
      expect(await poll(app.isReady, { timeoutMs: 5_000 })).toBe('met');
    });
  },
);

describe.skipIf(!redisHere())('Redis goes away under a running chat (needs redis-server)', () => {
  test('connections are told, handshakes are refused, and both end when it is back', async () => {
    const port = await freePort();
    const first = await startRedis({ port });
    const app = await startApp(port);
    expect(await poll(app.isReady, { timeoutMs: 10_000 })).toBe('met');
    const client = await connected(app.url);

    await first.stop();
    expect(await client.frame('dependency')).toMatchObject({
      name: 'redis',
      state: 'away',
      reason: 'Redis is away',
    });
    expect(isRefused(await handshake(app.url))).toBe(true);

    const second = await startRedis({ port });
    onTestFinished(() => second.stop());
    expect(await client.frame('dependency', undefined, 1)).toMatchObject({ name: 'redis', state: 'back' });
    expect(await poll(app.isReady, { timeoutMs: 5_000 })).toBe('met');
    expect(await client.frame('welcome')).toBeDefined();
    await connected(app.url);
  });
});
