import { once } from 'node:events';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { createServer } from '../../../app/http/server.ts';
import { SameSite } from '../../../app/http/same-site.ts';
import { createLogger } from '../../../app/observability/logger.ts';
import { envOf } from '../env-of.ts';
import { LOOPBACK } from '../../servers/ports.ts';

const large = 'x'.repeat(8_000_000);

/** The server of the app with a slow, a large and a quick route; how often each was asked. */
async function serving() {
  const asked: string[] = [];
  const server = createServer({
    log: createLogger(envOf({}), { write: () => undefined }),
    sameSite: new SameSite(false),
    draining: () => false,
    requestMs: 30_000,
  });
  const { promise: ended, resolve: end } = Promise.withResolvers<undefined>();
  server.addHook('onRequest', async ({ url }) => void asked.push(url));
  server.get('/slow', async () => ended.then(() => 'slow'));
  server.get('/large', () => large);
  server.get('/quick', () => 'quick');
  await server.listen({ host: LOOPBACK, port: 0 });
  onTestFinished(async () => {
    server.server.closeAllConnections();
    await server.close();
  });
  const { port } = server.server.address() as AddressInfo;
  return { server, asked, end: () => end(undefined), port };
}

const request = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`;

function client(port: number): { socket: Socket; text: () => string; closed: Promise<unknown> } {
  const socket = connect(port, LOOPBACK);
  let heard = '';
  socket.on('data', (chunk: Buffer) => (heard += chunk.toString('latin1')));
  socket.on('error', () => undefined);
  onTestFinished(() => void socket.destroy());
  return { socket, text: () => heard, closed: new Promise((resolve) => socket.once('close', resolve)) };
}

test('a request sent ahead of an answer is not handled; that answer closes the connection', async () => {
  const { asked, end, port } = await serving();
  const { socket, text, closed } = client(port);
  socket.write(request('/slow') + request('/quick').repeat(60));
  await expect.poll(() => asked).toEqual(['/slow']);
  end();
  await closed;
  expect(text().match(/^HTTP\/1\.1 200/gm)).toHaveLength(1);
  expect(text()).toMatch(/^connection: close/im);
  expect(text().endsWith('slow')).toBe(true);
  expect(asked).toEqual(['/slow']);
});

test('requests one after the other are all answered on one connection', async () => {
  const { port } = await serving();
  const { socket, text } = client(port);
  for (let times = 1; times <= 3; times += 1) {
    socket.write(request('/quick'));
    await expect.poll(() => text().split('quick').length - 1).toBe(times);
  }
});

test('a client that sends requests without end and reads nothing is cut', async () => {
  const { asked, port } = await serving();
  const { socket, closed } = client(port);
  socket.write(request('/slow').repeat(500));
  await closed;
  expect(asked).toHaveLength(1);
});

test('a client that reads nothing of its answer is cut, within 30 s', async () => {
  const { server, port } = await serving();
  // It is looked at twice in that time: the first time the kernel may just have taken some of the answer.
  expect(server.server.timeout * 2).toBeLessThanOrEqual(30_000);
  expect(server.server.timeout).toBeGreaterThan(0);
  server.server.setTimeout(50);
  const { socket } = client(port);
  socket.pause();
  socket.write(request('/large'));
  const [accepted] = (await once(server.server, 'connection')) as [Socket];
  await once(accepted, 'close');
  expect(accepted.bytesWritten).toBeGreaterThan(0);
});
