import { afterEach, expect, test, vi } from 'vitest';
import { refusal } from '../../kube/api-errors.ts';
import type { Api } from '../../kube/api.ts';
import { withLease } from '../../kube/lease.ts';
import { memoryCluster } from '../deploy/memory-cluster.ts';

const place = { name: 'shop-history', namespace: 'shop', labels: {} };

/** Holds a Lease while a test does something to the requests or to the Lease. */
async function held(during: (memory: ReturnType<typeof memoryCluster>) => void): Promise<AbortSignal> {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  const memory = memoryCluster([]);
  const { cluster, objects } = memory;
  let seen: AbortSignal | undefined;
  await withLease(cluster, place, async (signal) => {
    seen = signal;
    during(memory);
    const writes = memory.writes.length;
    await vi.advanceTimersByTimeAsync(5_000);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(memory.writes.length + Number(signal.aborted), 'it was renewed, or lost').toBeGreaterThan(writes);
  });
  expect([...objects.keys()]).toHaveLength(1);
  if (seen === undefined) throw new Error('the work was not begun');
  return seen;
}

afterEach(() => vi.useRealTimers());

test('a renewal that meets another one of the same holder does not lose the Lease', async () => {
  const signal = await held(({ cluster }) => {
    const request = cluster.api.request.bind(cluster.api);
    const asked = { context: 'memory', server: 'memory', method: 'PUT', path: '/Lease/shop-history' };
    const conflict = { kind: 'Status', reason: 'Conflict', message: 'the object has been modified' };
    let conflicts = 1;
    const refusing: Api['request'] = (method, path, options) =>
      method !== 'GET' && conflicts-- > 0
        ? Promise.reject(refusal(asked, { status: 409, json: conflict, isDenied: false }))
        : request(method, path, options);
    Object.assign(cluster.api, { request: refusing });
  });
  expect(signal.aborted).toBe(false);
});

test('another holder in it does', async () => {
  const signal = await held(({ objects }) => {
    for (const [path, lease] of objects) {
      const spec = { ...(lease['spec'] as object), holderIdentity: 'another-host/1/x' };
      objects.set(path, { ...lease, spec });
    }
  });
  expect(signal.reason).toMatchObject({ code: 'CLUSTER_CONFLICT', facts: { reason: 'LeaseHeld' } });
});
