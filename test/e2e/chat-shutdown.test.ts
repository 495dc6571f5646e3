import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { storeNames } from '../../contract/services/backend-variables.ts';
import { until } from '../servers/poll.ts';
import { freePort, LOOPBACK } from '../servers/ports.ts';
import { startProcess } from '../servers/process.ts';
import { startChat } from './chat-app.ts';
import { connected, handshake } from './chat-client.ts';

const PATH = '/ws/chat/patient%3Ademo/session%3A1';

test('on SIGTERM every connection is closed with 1012 and the process exits 0', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'mooring-sigterm-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const port = await freePort();
  const app = await startProcess({
    command: process.execPath,
    args: ['app/main.ts'],
    env: {
      EMBEDDED_STORES: storeNames.join(','),
      DATA_DIR: join(folder, 'chat'),
      HTTP_PORT: String(port),
      METRICS_PORT: String(await freePort()),
    },
    logFile: join(folder, 'app.log'),
    readyWhen: { logLine: /Patient Memory Service initialized/ },
  });
  const clients = await Promise.all([1, 2, 3].map(() => connected(`ws://${LOOPBACK}:${port}${PATH}`)));
  process.kill(app.pid, 'SIGTERM');
  expect(await Promise.all(clients.map(({ closed }) => closed))).toEqual([1012, 1012, 1012]);
  expect(await app.exited).toBe(0);
});

test('connections are sent away one after the other, a hundred a second', async () => {
  const app = await startChat({ SHUTDOWN_CLOSE_SPREAD: '5', CHAT_CONNECTIONS_PER_PATIENT: '100' });
  await app.ready();
  const clients = await Promise.all(Array.from({ length: 100 }, () => connected(`${app.wsUrl}${PATH}`)));
  const began = performance.now();
  const closings = Promise.all(clients.map(({ closed }) => closed.then(() => performance.now() - began)));
  await app.stop();
  const times = (await closings).sort((a, b) => a - b);
  expect(times[0]).toBeLessThan(400);
  expect(times[99]).toBeGreaterThan(900);
});

test('an answer under way is finished before its connection is sent away', async () => {
  const app = await startChat();
  await app.ready();
  const client = await connected(`${app.wsUrl}${PATH}`);
  client.say('m1', 'I take aspirin.');
  await client.frame('ack', 'm1');
  await app.stop();
  expect(client.framesOf('done', 'm1')).toHaveLength(1);
  expect(await client.closed).toBe(1012);
});

test('off loopback it is unready first but still serves, then refuses handshakes, then closes', async () => {
  const app = await startChat({
    HTTP_HOST: '0.0.0.0',
    SHUTDOWN_ENDPOINT_WAIT: '1',
    SHUTDOWN_CLOSE_SPREAD: '2',
  });
  await app.ready();
  const url = `${app.wsUrl}${PATH}`;
  await connected(url);
  const stopped = app.stop();
  const readyz = await fetch(`${app.metricsUrl}/readyz`);
  expect([readyz.status, readyz.headers.get('retry-after')]).toEqual([503, '2']);
  expect(await readyz.json()).toMatchObject({ ready: false, reason: 'Draining' });
  // A browser keeps its connection, and would ask the same instance again and again.
  const status = await fetch(`${app.publicUrl}/api/status`);
  expect(status.headers.get('connection')).toBe('close');
  expect(await status.json()).toMatchObject({ reason: 'Draining', retryAfterSeconds: null });
  expect((await handshake(url)).status).toBe(101);
  const last = await connected(url);
  const refused = async (): Promise<boolean> => {
    const { status, body } = await handshake(url);
    return status === 503 && (body as { code: string }).code === 'DRAINING';
  };
  await until('handshakes to be refused', refused, 5_000);
  expect(await last.closed).toBe(1012);
  await stopped;
  await expect(fetch(`${app.publicUrl}/healthz`)).rejects.toThrow();
});
