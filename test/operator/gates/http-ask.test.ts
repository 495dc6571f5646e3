import { createServer, type RequestListener } from 'node:http';
import {
  createServer as createTcpServer,
  type AddressInfo,
  type Server as NetServer,
  type Socket,
} from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { httpAsk } from '../../../operator/gates/http-ask.ts';
import type { PodAnswer } from '../../../operator/gates/pod-answer.ts';
import type { PodView } from '../../../operator/gates/pod-view.ts';
import { LOOPBACK } from '../../servers/ports.ts';
import { podView } from './pods.ts';

const report = { port: 'metrics', readyz: '/readyz', config: '/config' };
const readiness = { version: 1, ready: false, gates: [{ name: 'queue', state: 'later' }] };
const config = { version: 1, digest: 'sha-1', values: {}, secretsSet: [] };

/** Starts a server on loopback, and answers the pod it stands for. Stopped at the end of the test. */
async function listening(server: NetServer): Promise<PodView> {
  const open = new Set<Socket>();
  server.on('connection', (socket: Socket) => open.add(socket));
  await new Promise<void>((resolve) => server.listen(0, LOOPBACK, resolve));
  onTestFinished(() => {
    server.close();
    for (const socket of open) socket.destroy();
  });
  return podView({ ip: LOOPBACK, ports: { metrics: (server.address() as AddressInfo).port } });
}

async function serving(listener: RequestListener) {
  const server = createServer(listener);
  return { server, pod: await listening(server) };
}

function asking(timeoutMs = 2_000) {
  const { ask, close } = httpAsk({ reportOf: () => report, timeoutMs });
  onTestFinished(close);
  /** Of each pod, its answer before. */
  const answers = new Map<PodView, PodAnswer>();
  return async (pod: PodView, waitMs = 0): Promise<PodAnswer> => {
    const answer = await ask(pod, new AbortController().signal, { before: answers.get(pod), waitMs });
    answers.set(pod, answer);
    return answer;
  };
}

const whyNot = async (asked: Promise<PodAnswer>): Promise<string> => {
  const { readiness } = await asked;
  return 'unanswered' in readiness ? readiness.unanswered : '';
};

const reporting: RequestListener = ({ url }, response) => {
  if (url === '/readyz') response.writeHead(503).end(JSON.stringify(readiness));
  else response.end(JSON.stringify(config));
};

test('a pod answers with both reports, also one that is not ready, over connections that are kept', async () => {
  const { server, pod } = await serving(reporting);
  let connections = 0;
  server.on('connection', () => connections++);
  const ask = asking();
  const gates = [{ name: 'queue', state: 'unknown', since: '', lastError: null, attempts: 0 }];
  for (let times = 0; times < 3; times++)
    expect(await ask(pod)).toMatchObject({
      readiness: { report: { ...readiness, gates } },
      config: { report: { digest: 'sha-1' } },
      isHolding: false,
    });
  expect(connections).toBe(2);
});

test('what a process runs with is asked again only when its readiness differs', async () => {
  const asked: string[] = [];
  let now = { ...readiness, gates: [{ name: 'queue', state: 'open' }] };
  const { pod } = await serving(({ url = '' }, response) => {
    asked.push(url);
    response.end(JSON.stringify(url === '/readyz' ? now : config));
  });
  const ask = asking();
  const digest = async () => {
    const answer = await ask(pod);
    return 'report' in answer.config ? answer.config.report.digest : undefined;
  };
  const digests = [await digest(), await digest(), await digest()];
  expect(asked.filter((url) => url === '/config')).toHaveLength(1);
  expect(asked.filter((url) => url === '/readyz')).toHaveLength(3);
  now = { ...now, gates: [{ name: 'queue', state: 'closed' }] };
  expect([...digests, await digest()]).toEqual(['sha-1', 'sha-1', 'sha-1', 'sha-1']);
  expect(asked.filter((url) => url === '/config')).toHaveLength(2);
});

/** A process whose report has a revision; `hold` is what it does with a question for the next one. */
async function revising(hold: (answer: () => void) => void) {
  const asked: string[] = [];
  let revision = 1;
  const { pod } = await serving(({ url = '' }, response) => {
    const answer = (): void => {
      response.end(
        JSON.stringify(url.startsWith('/readyz') ? { ...readiness, revision: `r/${revision}?` } : config),
      );
    };
    if (url.startsWith('/readyz')) asked.push(url);
    if (url.endsWith(`?after=r%2F${revision}%3F&wait=0.3`)) hold(answer);
    else answer();
  });
  return { pod, asked, next: () => (revision += 1) };
}

test('a process whose report has a revision is asked for the next one, and may hold the question', async () => {
  const held: (() => void)[] = [];
  const { pod, asked, next } = await revising((answer) => held.push(answer));
  const ask = asking();
  expect(await ask(pod, 300)).toMatchObject({ isHolding: true });
  const second = ask(pod, 300);
  await expect.poll(() => held).toHaveLength(1);
  next();
  held.pop()?.();
  expect(await second).toMatchObject({ readiness: { report: { revision: 'r/2?' } }, isHolding: true });
  expect(asked).toEqual(['/readyz', '/readyz?after=r%2F1%3F&wait=0.3']);
});

test('a process that answers the same at once does not hold questions, nor does one that is silent', async () => {
  const { pod } = await revising((answer) => answer());
  const ask = asking();
  await ask(pod, 300);
  expect(await ask(pod, 300)).toMatchObject({ readiness: { report: {} }, isHolding: false });
  const { pod: silent } = await revising(() => undefined);
  const before = await asking()(silent);
  const { ask: askShort, close } = httpAsk({ reportOf: () => report, timeoutMs: 100 });
  onTestFinished(close);
  const next = askShort(silent, new AbortController().signal, { before, waitMs: 300 });
  expect(await whyNot(next)).toMatch(/no answer came within 0.4 s/);
});

test.each([7, null, '', 'x'.repeat(65), 'two words', '\ud800'])(
  'a revision that is %j is none, and the rest of the report is read',
  async (revision) => {
    const asked: string[] = [];
    const { pod } = await serving(({ url = '' }, response) => {
      asked.push(url);
      response.end(JSON.stringify(url.startsWith('/readyz') ? { ...readiness, revision } : config));
    });
    const ask = asking();
    await ask(pod, 300);
    expect(await ask(pod, 300)).toMatchObject({ readiness: { report: { ready: false } }, isHolding: false });
    expect(asked).toEqual(['/readyz', '/config', '/readyz']);
  },
);

test('a connection that was closed while it was idle is opened anew', async () => {
  const { server, pod } = await serving(reporting);
  const ask = asking();
  await ask(pod);
  server.closeAllConnections();
  expect(await ask(pod)).toMatchObject({ readiness: { report: {} }, config: { report: {} } });
});

test('a process that refuses, is silent, or speaks no HTTP does not answer, and it is said why', async () => {
  const ask = asking(200);
  const silent = createTcpServer();
  const other = createTcpServer((socket) =>
    socket.on('error', () => undefined).end('-ERR unknown command\r\n'),
  );
  const { server, pod: closed } = await serving(reporting);
  await new Promise((resolve) => server.close(resolve));
  expect(await whyNot(ask(closed))).toMatch(/does not answer: .*REFUSED/);
  expect(await whyNot(ask(await listening(silent)))).toMatch(
    '/readyz does not answer: no answer came within 0.2 s.',
  );
  expect(await whyNot(ask(await listening(other)))).toMatch('does not answer: Parse Error');
});

test.each([
  ['no JSON', 'It works!'],
  ['other JSON', '{"status":"UP"}'],
  ['more than anyone reports', JSON.stringify({ ...readiness, more: 'x'.repeat(2_000_000) })],
])('an answer with %s is no report', async (_, body) => {
  const { pod } = await serving((__, response) => response.end(body));
  const answer = await asking()(pod);
  expect(answer.readiness).toMatchObject({
    unanswered: expect.stringContaining('no readiness report') as string,
  });
  expect(answer.config).toMatchObject({
    unanswered: expect.stringContaining('no configuration report') as string,
  });
});

test('a service that does not report, or has no such port, is not asked', async () => {
  const { pod } = await serving(reporting);
  const { ask, close } = httpAsk({ reportOf: () => undefined });
  onTestFinished(close);
  const unknown = { unanswered: 'It is not known where web reports.' };
  const { signal } = new AbortController();
  expect(await ask(pod, signal, { before: undefined, waitMs: 0 })).toEqual({
    readiness: unknown,
    config: unknown,
  });
  expect((await asking()({ ...pod, ports: {} })).readiness).toEqual(unknown);
});

test('an aborted question ends at once', async () => {
  const stopping = new AbortController();
  const { pod } = await serving(() => stopping.abort());
  const { ask, close } = httpAsk({ reportOf: () => report, timeoutMs: 60_000 });
  onTestFinished(close);
  expect((await ask(pod, stopping.signal, { before: undefined, waitMs: 0 })).readiness).toHaveProperty(
    'unanswered',
  );
});
