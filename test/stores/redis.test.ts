import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { RedisSessionCache } from '../../app/stores/redis/session-cache.ts';
import { orSkip } from '../servers/or-skip.ts';
import { forSuite } from '../servers/for-suite.ts';
import { freePort } from '../servers/ports.ts';
import { startRedis } from '../servers/redis.ts';
import { envOf } from './real.ts';
import { message, newScope, sessionCacheFacts, upTo } from './store-suite.ts';

interface Address {
  readonly host: string;
  readonly port: number;
  readonly password?: string;
}
const cacheOf = (
  { host, port, password = '' }: Address,
  more: Record<string, string> = {},
): RedisSessionCache =>
  new RedisSessionCache(
    envOf({ REDIS_HOST: host, REDIS_PORT: String(port), REDIS_PASSWORD: password, ...more }),
  );

describe('Redis', () => {
  const redis = forSuite(() => startRedis());
  sessionCacheFacts(() => cacheOf(redis()));

  test('forgets a session once it was silent for the time to live', async () => {
    const cache = cacheOf(redis(), { REDIS_SESSION_TTL: '1' });
    const scope = newScope();
    await cache.fill(scope, upTo(1, [message('m1', 'Hello')]));
    expect((await cache.recentTurns(scope, 9))?.turns).toHaveLength(1);
    await vi.waitFor(async () => expect(await cache.recentTurns(scope, 9)).toBeUndefined(), 5_000);
    await cache.close();
  });
});

test('an open connection that the other side closes is told once, and one that is closed here is not', async () => {
  const redis = await startRedis();
  onTestFinished(() => redis.stop());
  const lost = vi.fn();
  const { host, port } = redis;
  const cache = new RedisSessionCache(envOf({ REDIS_HOST: host, REDIS_PORT: String(port) }), lost);
  await cache.connect();
  await cache.close();
  await cache.connect();
  const client = new Redis(redis.url);
  onTestFinished(() => client.disconnect());
  expect(lost).not.toHaveBeenCalled();
  await client.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'YES');
  await vi.waitFor(() => expect(lost).toHaveBeenCalledOnce());
  await cache.connect();
  await cache.close();
  expect(lost).toHaveBeenCalledOnce();
});

describe('Redis, written by another hand', () => {
  const redis = forSuite(() => startRedis());
  const turnOf = (id: string, bytes: number): string => JSON.stringify(message(id, 'x'.repeat(bytes)));

  /** A session whose list of turns is replaced by these. */
  async function replaced(texts: readonly string[]) {
    const cache = cacheOf(redis());
    const client = new Redis(redis().url);
    onTestFinished(() => client.disconnect());
    onTestFinished(() => cache.close());
    const scope = newScope();
    await cache.fill(scope, upTo(1, [message('m1', 'Hello')]));
    const [key = ''] = await client.keys(`*${encodeURIComponent(scope.sessionId)}*:log`);
    await client.del(key);
    for (const text of texts) await client.rpush(key, text);
    await client.hset(key.replace(/:log$/, ':position'), 'kept', texts.length);
    const sent = async (): Promise<number> =>
      Number(/total_net_output_bytes:(\d+)/.exec(await client.info('stats'))?.[1]);
    return { cache, scope, sent };
  }

  test('no more is read of a session than its bound, and what is read counts only if it is enough', async () => {
    const megabytes = Array.from({ length: 10 }, (_, at) => turnOf(`m${at}`, 1_000_000));
    const { cache, scope, sent } = await replaced(megabytes);
    const before = await sent();
    expect((await cache.recentTurns(scope, 2))?.turns.map(({ id }) => id)).toEqual(['m8', 'm9']);
    expect(await cache.recentTurns(scope, 3)).toBeUndefined();
    expect((await sent()) - before).toBeLessThan(5_000_000);
  });

  test('a session with more turns than are kept is not read', async () => {
    const { cache, scope } = await replaced(Array.from({ length: 1_001 }, (_, at) => turnOf(`m${at}`, 1)));
    expect(await cache.recentTurns(scope, 1)).toBeUndefined();
  });
});

describe('Redis, short of memory', () => {
  const redis = forSuite(() => startRedis());

  test.each([
    ['turns', 'log'],
    ['keys', 'position'],
  ])('a session whose %s were evicted is not believed until filled', async (_what, part) => {
    const cache = cacheOf(redis());
    const scope = newScope();
    await cache.fill(scope, upTo(1, [message('m1', 'Hello')]));
    const client = new Redis(redis().url);
    onTestFinished(() => client.disconnect());
    const evict = async (): Promise<void> => {
      const [key = ''] = await client.keys(`*${encodeURIComponent(scope.sessionId)}*:${part}`);
      expect(await client.del(key)).toBe(1);
    };
    await evict();
    expect(await cache.recentTurns(scope, 9)).toBeUndefined();
    expect(await cache.addTurn(scope, upTo(2, []), message('m2', 'More'))).toBe(false);
    expect(await cache.recentTurns(scope, 9)).toBeUndefined();
    await cache.fill(scope, upTo(2, [message('m1', 'Hello'), message('m2', 'More')]));
    expect((await cache.recentTurns(scope, 9))?.turns).toHaveLength(2);
    client.disconnect();
    await cache.close();
  });
});

describe('Redis, dialled', () => {
  test('says who refused it when nothing listens, and comes to life when something does', async (context) =>
    orSkip(context, async () => {
      const port = await freePort();
      const folder = await mkdtemp(join(tmpdir(), 'mooring-redis-'));
      const cache = cacheOf({ host: '127.0.0.1', port, password: 'very secret' });
      const scope = newScope();
      await expect(cache.connect()).rejects.toThrow(`connect ECONNREFUSED 127.0.0.1:${port}`);
      await expect(cache.recentTurns(scope, 9)).rejects.toThrow('ECONNREFUSED');
      const first = await startRedis({ port, password: 'very secret', folder });
      try {
        await cache.connect();
        await cache.fill(scope, upTo(1, [message('m1', 'Hello')]));
      } finally {
        await first.stop();
      }
      await expect(cache.recentTurns(scope, 9)).rejects.toThrow();
      const second = await startRedis({ port, password: 'very secret', folder });
      try {
        expect((await cache.recentTurns(scope, 9))?.turns).toHaveLength(1);
        const intruder = cacheOf({ host: '127.0.0.1', port, password: 'wrong guess' });
        await expect(intruder.connect()).rejects.toThrow(/^WRONGPASS/);
        await expect(intruder.connect()).rejects.not.toThrow('wrong guess');
        const stranger = cacheOf({ host: '127.0.0.1', port });
        await expect(stranger.connect()).rejects.toThrow(/^NOAUTH/);
      } finally {
        await cache.close();
        await second.stop();
        await rm(folder, { recursive: true, force: true });
      }
    }));
});
