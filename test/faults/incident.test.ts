import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test, type TestContext } from 'vitest';
import { connected, handshake } from '../e2e/chat-client.ts';
import { until } from '../servers/poll.ts';
import { freePort } from '../servers/ports.ts';
import { redisPath, startRedis } from '../servers/redis.ts';
import { Unavailable } from '../servers/unavailable.ts';
import { startAppProcess } from './app-process.ts';
import { theIncidentsPorts } from './incident-ports.ts';

const isRefused = (answer: Awaited<ReturnType<typeof handshake>>): boolean =>
  answer.status === 503 && answer.headers['retry-after'] === '2';

/** Skips, naming the reason, where there is no Redis to start. */
function needRedis(context: TestContext): void {
  try {
    redisPath();
  } catch (error) {
    if (error instanceof Unavailable) context.skip(error.message);
    throw error;
  }
}

describe('the incident: REDIS_PORT=6380 while Redis listens on 6379', () => {
  beforeEach(needRedis);

  test('it stays up, says what is wrong where, accepts no handshake, and is ready once Redis is there', async (context) => {
    await theIncidentsPorts().catch((error: unknown) => {
      if (error instanceof Unavailable) context.skip(error.message);
      throw error;
    });
    const where = await startRedis({ port: 6379 });
    onTestFinished(() => where.stop());
    const app = await startAppProcess(6380);

    const explanation =
      "localhost:6380 refuses the connection. Port 6380 is often FalkorDB's or a TLS Redis'. " +
      'A Redis answers on localhost:6379 (dialled): should REDIS_PORT be 6379?';
    await until('the explanation', async () => (await app.whyNoRedis()) === explanation, 10_000);
    expect((await app.ready()).body).toMatchObject({ ready: false, reason: 'WaitingForDependencies' });
    expect(await app.log()).toContain(explanation);

    const answers = await Promise.all(Array.from({ length: 50 }, () => handshake(app.url)));
    expect(answers.filter(isRefused)).toHaveLength(50);
    expect(await app.log()).not.toContain('connected. Total connections');
    expect(await app.isAlive()).toBe(true);

    const expected = await startRedis({ port: 6380 });
    onTestFinished(() => expected.stop());
    await until('the app to be ready', app.isReady, 5_000);
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
    const app = await startAppProcess(port);
    const refuses = async (): Promise<boolean> =>
      (await app.whyNoRedis()).includes(`localhost:${port} refuses`);
    await until('Redis to refuse', refuses, 10_000);
    const answers = await Promise.all(Array.from({ length: 50 }, () => handshake(app.url)));
    expect(answers.filter(isRefused)).toHaveLength(50);
    expect((await app.log()).match(/Redis is away/g)).toHaveLength(1);
    const redis = await startRedis({ port });
    onTestFinished(() => redis.stop());
    await until('the app to be ready', app.isReady, 5_000);
  });
});

describe('Redis goes away under a running chat', () => {
  beforeEach(needRedis);

  test('connections are told, handshakes are refused, and both end when it is back', async () => {
    const port = await freePort();
    const first = await startRedis({ port });
    const app = await startAppProcess(port);
    await until('the app to be ready', app.isReady, 10_000);
    const client = await connected(app.url);

    await first.stop();
    expect(await client.dependency('redis', 'away')).toMatchObject({ reason: 'Redis is away' });
    expect(isRefused(await handshake(app.url))).toBe(true);

    const second = await startRedis({ port });
    onTestFinished(() => second.stop());
    await client.dependency('redis', 'back');
    await until('the app to be ready', app.isReady, 5_000);
    // The same connection serves again: no second greeting, an answer to what is said now.
    client.say('m1', "My sister's name is Anna.");
    await client.answer('m1');
    expect(client.framesOf('welcome')).toHaveLength(1);
    await connected(app.url);
  });
});

describe('the sabotage twin of law 4', () => {
  test('a copy that does not ask the gates accepts handshakes it cannot serve, and these tests see it', async () => {
    const root = await copyOfTheApp();
    const upgrades = join(root, 'app/ws/upgrades.ts');
    const text = await readFile(upgrades, 'utf8');
    const broken = text.replaceAll('this.#checkReady();', '');
    expect(broken).not.toBe(text);
    await writeFile(upgrades, broken.replace('#checkReady(): void', 'checkReady(): void'));
    const app = await startAppProcess(await freePort(), root);
    expect(await app.isReady()).toBe(false);
    const accepted = async (): Promise<boolean> => (await handshake(app.url)).status === 101;
    await until('a handshake to be accepted', accepted, 10_000);
  });
});

/** What the app is made of, in a folder of its own that may be broken. */
async function copyOfTheApp(): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'mooring-sabotage-'));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  for (const part of ['app', 'contract', 'dial', 'model', 'package.json'])
    await cp(part, join(root, part), { recursive: true });
  await symlink(resolve('node_modules'), join(root, 'node_modules'));
  return root;
}
