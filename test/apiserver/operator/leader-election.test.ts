import { describe, expect, onTestFinished, test } from 'vitest';
import { openCluster } from '../../../kube/cluster.ts';
import { LeaderElection, NotLeader } from '../../../operator/runtime/leader-election.ts';
import { forSuite } from '../../servers/for-suite.ts';
import { startApiServer } from '../../servers/kubernetes/api-server.ts';
import { until } from '../../servers/poll.ts';

const server = forSuite(async () => {
  const started = await startApiServer();
  await started.createNamespace('election');
  return started;
});

const leaseMs = 3_000;
const path = '/apis/coordination.k8s.io/v1/namespaces/election/leases';

/** Until it is given up. */
const unanswered = (signal: AbortSignal | undefined): Promise<never> =>
  new Promise((_, reject) =>
    signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true }),
  );

/** A candidate that works until it is stopped or loses; `cut` keeps every further request from being answered. */
function candidate(name: string, identity: string) {
  const cluster = openCluster({ kubeconfig: server().kubeconfigPath }, 'test');
  let isCut = false;
  let answers = 0;
  const request: typeof cluster.api.request = async (method, path, options) => {
    if (isCut) return unanswered(options?.signal);
    const answer = await cluster.api.request(method, path, options);
    answers++;
    return answer;
  };
  const errors: unknown[] = [];
  const election = new LeaderElection({
    cluster: { ...cluster, api: { ...cluster.api, request } },
    place: { name, namespace: 'election', labels: {} },
    ...{ identity, leaseMs, retryMs: 200 },
    onError: (error) => errors.push(error),
  });
  const stopping = new AbortController();
  let [beganAt, endedAt] = [Infinity, Infinity];
  const term = election.lead(async (signal) => {
    beganAt = performance.now();
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    endedAt = performance.now();
  }, stopping.signal);
  const stop = async (): Promise<void> => {
    stopping.abort();
    await term;
    cluster.api.close();
  };
  onTestFinished(stop);
  return {
    ...{ election, errors, stop },
    beganAt: () => beganAt,
    endedAt: () => endedAt,
    cut: () => (isCut = true),
    mend: () => (isCut = false),
    hasLooked: () => until(`${identity} to look`, () => Promise.resolve(answers > 0), 20_000),
    leads: () => until(`${identity} to lead`, () => Promise.resolve(Number.isFinite(beganAt)), 20_000),
  };
}

const holderOf = async (name: string): Promise<unknown> =>
  ((await server().request('GET', `${path}/${name}`)).json as { spec: { holderIdentity?: string } }).spec
    .holderIdentity;

/** Two candidates; the second one has seen that the first one leads. */
async function leaderAndOnlooker(name: string) {
  const first = candidate(name, 'first');
  await first.leads();
  const second = candidate(name, 'second');
  await second.hasLooked();
  return { first, second };
}

describe('of two candidates', () => {
  test('one leads, and the other as soon as it has left', async () => {
    const first = candidate('left', 'first');
    await first.leads();
    const second = candidate('left', 'second');
    await until('a renewal', async () => (await holderOf('left')) === 'first', 5_000);
    expect(second.beganAt()).toBe(Infinity);
    expect(() => second.election.assertLeader()).toThrow(NotLeader);
    const leaving = performance.now();
    await first.stop();
    await second.leads();
    expect(second.beganAt() - leaving).toBeLessThan(leaseMs);
    expect(() => first.election.assertLeader()).toThrow(NotLeader);
    second.election.assertLeader();
  });

  test('the one whose requests are no longer answered stops before the other begins', async () => {
    const first = candidate('partitioned', 'first');
    await first.leads();
    const second = candidate('partitioned', 'second');
    first.cut();
    await second.leads();
    expect(first.endedAt()).toBeLessThan(second.beganAt());
    expect(() => first.election.assertLeader()).toThrow(NotLeader);
    expect(await holderOf('partitioned')).toBe('second');
  });

  test('the one whose Lease others delete stops before the other begins', async () => {
    const { first, second } = await leaderAndOnlooker('deleted');
    first.cut();
    expect((await server().request('DELETE', `${path}/deleted`)).status).toBe(200);
    await second.leads();
    expect(first.endedAt()).toBeLessThan(second.beganAt());
    expect(await holderOf('deleted')).toBe('second');
  });

  test('the one whose Lease others delete makes it again and goes on', async () => {
    const { first, second } = await leaderAndOnlooker('again');
    expect((await server().request('DELETE', `${path}/again`)).status).toBe(200);
    const held = async () => (await server().request('GET', `${path}/again`)).status === 200;
    await until('the Lease to be there', held, 20_000);
    expect(await holderOf('again')).toBe('first');
    expect([first.endedAt(), second.beganAt()]).toEqual([Infinity, Infinity]);
    first.election.assertLeader();
  });
});

test('a term that ends while its renewal is under way leaves the Lease to others', async () => {
  const first = candidate('leaving', 'first');
  await first.leads();
  first.cut();
  const held = performance.now();
  await until('a renewal to be under way', () => Promise.resolve(performance.now() - held > 500), 5_000);
  first.mend();
  await first.stop();
  expect(await holderOf('leaving')).toBeUndefined();
  expect(() => first.election.assertLeader()).toThrow(NotLeader);
});

test.each([
  ['behind', -3_600_000],
  ['ahead', 3_600_000],
])(
  'a holder whose clock is an hour %s keeps its Lease as long as it says, and no longer',
  async (_, skewMs) => {
    const name = `clock-${skewMs > 0 ? 'ahead' : 'behind'}`;
    const renewTime = `${new Date(Date.now() + skewMs).toISOString().slice(0, -1)}000Z`;
    const spec = { holderIdentity: 'other', leaseDurationSeconds: 2, renewTime };
    const lease = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name }, spec };
    expect((await server().request('POST', path, lease)).status).toBe(201);
    const begun = performance.now();
    const next = candidate(name, 'next');
    await next.leads();
    expect(next.beganAt() - begun).toBeGreaterThan(2_000);
    expect(next.beganAt() - begun).toBeLessThan(2_000 + leaseMs);
  },
);
