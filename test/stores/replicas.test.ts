import { Redis } from 'ioredis';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { RedisReplicas } from '../../app/stores/redis/replicas.ts';
import type { Note } from '../../app/stores/replicas.ts';
import type { Scope, SessionEvent } from '../../app/stores/types.ts';
import { startProxy } from '../faults/proxy.ts';
import { forSuite } from '../servers/for-suite.ts';
import { LOOPBACK } from '../servers/ports.ts';
import { startRedis } from '../servers/redis.ts';
import { envOf } from './real.ts';
import { message, newScope } from './store-suite.ts';

const event: SessionEvent = { epoch: 'e', kind: 'turn', turn: message('m1', 'Hello'), facts: [] };
const delta = { id: 'm1', attempt: 1, at: 0, text: 'Hi' };

/** A replica, and what it hears. */
function replica({ host, port }: { readonly host: string; readonly port: number }) {
  const replicas = new RedisReplicas(envOf({ REDIS_HOST: host, REDIS_PORT: String(port) }));
  onTestFinished(() => replicas.close());
  const heard: [Scope, Note][] = [];
  const stopped: string[] = [];
  const gap = vi.fn();
  replicas.onNote((scope, note) => heard.push([scope, note]));
  replicas.onStop((_scope, id) => stopped.push(id));
  replicas.onGap(gap);
  return { replicas, heard, stopped, gap };
}

describe('replicas through Redis', () => {
  const redis = forSuite(() => startRedis());

  test('tell each other of the sessions they joined, and not themselves', async () => {
    const [one, two] = [replica(redis()), replica(redis())];
    const scope = { patientId: 'patient:{ü}:*', sessionId: 'session:1' };
    for (const { replicas } of [one, two]) await replicas.join(scope).joined;
    one.replicas.tell(scope, { type: 'event', event, isRemembered: true });
    one.replicas.tell(newScope(), { type: 'event', event, isRemembered: true });
    one.replicas.tell(scope, { type: 'delta', delta });
    await vi.waitFor(() =>
      expect(two.heard).toEqual([
        [scope, { type: 'event', event, isRemembered: true }],
        [scope, { type: 'delta', delta }],
      ]),
    );
    expect(one.heard).toEqual([]);
    expect(await two.replicas.deltas(scope)).toEqual([delta]);
    expect(await two.replicas.deltas(newScope())).toEqual([]);
  });

  test('keep the newest pieces of answers', async () => {
    const [one] = [replica(redis())];
    const scope = newScope();
    await one.replicas.join(scope).joined;
    const pieces = Array.from({ length: 1_090 }, (_, at) => ({ ...delta, at }));
    for (const [at, piece] of pieces.entries()) {
      one.replicas.tell(scope, { type: 'delta', delta: piece });
      if (at % 500 === 499) await one.replicas.deltas(scope);
    }
    expect(await one.replicas.deltas(scope)).toEqual(pieces.slice(-1_000));
  });

  test('hear again after Redis vanished without a word, and say that there is a gap', async () => {
    const proxy = await startProxy(redis());
    onTestFinished(() => proxy.stop());
    const one = replica({ host: LOOPBACK, port: proxy.port });
    const two = replica(redis());
    const scope = newScope();
    await one.replicas.join(scope).joined;
    expect(one.gap).toHaveBeenCalledTimes(1);
    proxy.vanish();
    await vi.waitFor(() => expect(one.gap).toHaveBeenCalledTimes(2), { timeout: 30_000, interval: 50 });
    await two.replicas.stop(scope, 'm1');
    await vi.waitFor(() => expect(one.stopped).toEqual(['m1']));
  });

  test('pass a stop to whoever makes the answer, also where nobody joined', async () => {
    const [one, two] = [replica(redis()), replica(redis())];
    await two.replicas.join(newScope()).joined;
    await one.replicas.stop(newScope(), 'm1');
    await vi.waitFor(() => expect(two.stopped).toEqual(['m1']), 20_000);
  });

  test('are told, all but the one that says so, that answers were given up', async () => {
    const owed = [0, 0, 0];
    const all = owed.map((_, nth) => {
      const { replicas } = replica(redis());
      replicas.onOwed(() => (owed[nth] = (owed[nth] ?? 0) + 1));
      return replicas;
    });
    for (const each of all) await each.join(newScope()).joined;
    all[0]?.owe();
    await vi.waitFor(() => expect(owed).toEqual([0, 1, 1]), 20_000);
  });

  test('hear no more of a session that was left', async () => {
    const [one, two] = [replica(redis()), replica(redis())];
    const [left, kept] = [newScope(), newScope()];
    const joining = two.replicas.join(left);
    await joining.joined;
    await two.replicas.join(kept).joined;
    joining.leave();
    const client = new Redis(redis().url);
    onTestFinished(() => client.disconnect());
    await vi.waitFor(async () =>
      expect(await client.call('PUBSUB', 'CHANNELS', `*${encodeURIComponent(left.sessionId)}*`)).toEqual([]),
    );
    one.replicas.tell(left, { type: 'event', event, isRemembered: false });
    one.replicas.tell(kept, { type: 'event', event, isRemembered: false });
    await vi.waitFor(() => expect(two.heard).toHaveLength(1));
    expect(two.heard[0]?.[0]).toEqual(kept);
  });
});

test('a Redis that was away is joined again, and the gap is told', async () => {
  const first = await startRedis();
  const { port } = first;
  const one = replica(first);
  const scope = newScope();
  await one.replicas.join(scope).joined;
  await first.stop();
  await expect(one.replicas.stop(scope, 'm1')).rejects.toThrow();
  one.replicas.tell(scope, { type: 'delta', delta });
  expect(await one.replicas.deltas(scope)).toEqual([]);
  const gaps = one.gap.mock.calls.length;
  const second = await startRedis({ port });
  onTestFinished(() => second.stop());
  await vi.waitFor(() => expect(one.gap.mock.calls.length).toBeGreaterThan(gaps), 10_000);
  const two = replica(second);
  await vi.waitFor(() => {
    two.replicas.tell(scope, { type: 'event', event, isRemembered: false });
    expect(one.heard.length).toBeGreaterThan(0);
  }, 10_000);
});
