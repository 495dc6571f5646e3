import { expect, onTestFinished, test } from 'vitest';
import { Readiness } from '../../../app/readiness/readiness.ts';
import { createServer } from '../../../app/http/server.ts';
import { serveReadiness } from '../../../app/http/routes.ts';
import { SameSite } from '../../../app/http/same-site.ts';
import { createLogger } from '../../../app/observability/logger.ts';
import type { Readyz } from '../../../contract/http.ts';
import type { GateReport } from '../../../model/report.ts';
import { LOOPBACK } from '../../servers/ports.ts';
import { envOf } from '../env-of.ts';

/** The route of both ports, over a gate and a shutdown that a test moves. */
async function serving(shown: 'everything' | 'outcome' = 'everything') {
  const gate: GateReport = { name: 'redis', state: 'open', since: '', lastError: null, attempts: 0 };
  const now = { gate, isDraining: false };
  const readiness = new Readiness({
    gates: () => [now.gate],
    draining: () => now.isDraining,
    isFull: () => false,
    mode: 'extractive',
    models: () => [],
    index: () => ({ writable: true, lastError: null }),
    searchesByWordsOnly: () => undefined,
  });
  const server = createServer({
    log: createLogger(envOf({}), { write: () => undefined }),
    sameSite: new SameSite(false),
    draining: () => false,
    requestMs: 30_000,
  });
  let held = 0;
  const differs = readiness.differs.bind(readiness);
  readiness.differs = async (...question) => {
    held += 1;
    await differs(...question).finally(() => (held -= 1));
  };
  serveReadiness(server, readiness, shown);
  const url = await server.listen({ host: LOOPBACK, port: 0 });
  onTestFinished(async () => {
    server.server.closeAllConnections();
    await server.close();
  });
  const ask = async (query = '', signal?: AbortSignal): Promise<Readyz> =>
    (await (await fetch(`${url}/readyz${query}`, signal ? { signal } : {})).json()) as Readyz;
  const become = (news: Partial<GateReport>): void => {
    now.gate = { ...now.gate, ...news };
    readiness.changed();
  };
  const after = async (wait: number): Promise<string> => `?after=${(await ask()).revision}&wait=${wait}`;
  const isHeld = (questions: number): Promise<void> => expect.poll(() => held).toBe(questions);
  return { now, readiness, ask, become, after, isHeld };
}

test('a question for the next revision is answered when a gate changes, at once', async () => {
  const { ask, become, after, isHeld } = await serving();
  const next = ask(await after(10));
  await isHeld(1);
  become({ attempts: 1 });
  await isHeld(1);
  become({ state: 'closed', lastError: 'refused' });
  expect(await next).toMatchObject({ ready: false, gates: [{ state: 'closed', lastError: 'refused' }] });
});

test.each([0.05, 0.0015, 0.002_002])(
  'a question for the next revision is answered with the same one when its %f s are over',
  async (wait) => {
    const { ask, after } = await serving();
    expect(await ask(await after(wait))).toEqual(await ask());
  },
);

test.each([
  '?after=other&wait=10',
  '?wait=10',
  '?after=a&after=b&wait=10',
  '?after=a&wait=soon',
  '?after=a&wait=9e9',
])('a question with %s is answered at once', async (query) => {
  const { ask } = await serving();
  expect(await ask(query)).toMatchObject({ ready: true });
});

test('a shutdown answers every question that is held, and holds no more of them', async () => {
  const { ask, after, now, readiness, isHeld } = await serving();
  const query = await after(10);
  const next = [ask(query), ask(query)];
  await isHeld(2);
  now.isDraining = true;
  readiness.changed();
  for (const { reason } of await Promise.all(next)) expect(reason).toBe('Draining');
  expect(await ask(await after(10))).toMatchObject({ reason: 'Draining' });
});

test('a question whose client is gone is held no longer', async () => {
  const { ask, after, isHeld } = await serving();
  const leaving = new AbortController();
  const next = ask(await after(10), leaving.signal);
  await isHeld(1);
  leaving.abort();
  await expect(next).rejects.toThrow();
  await isHeld(0);
});

test('sixteen questions are held, a further one is answered at once', async () => {
  const { ask, after, become, isHeld } = await serving();
  const query = await after(10);
  const held = Array.from({ length: 16 }, () => ask(query));
  await isHeld(16);
  expect(await ask(query)).toMatchObject({ ready: true });
  become({ state: 'degraded' });
  expect(await Promise.all(held)).toHaveLength(16);
});

test('a port that shows the outcome only holds no question and tells no revision', async () => {
  const { ask } = await serving('outcome');
  expect(await ask('?after=&wait=10')).toEqual({ ready: true, reason: 'Ready' });
});
