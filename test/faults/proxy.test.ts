import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { LOOPBACK } from '../servers/ports.ts';
import { startProxy, type Proxy } from './proxy.ts';

let proxy: Proxy;
beforeEach(async () => {
  const echo = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.pipe(socket);
  });
  await new Promise<void>((resolve) => echo.listen(0, LOOPBACK, resolve));
  proxy = await startProxy({ host: LOOPBACK, port: (echo.address() as { readonly port: number }).port });
  onTestFinished(async () => {
    await proxy.stop();
    echo.close();
  });
});

async function opened(): Promise<Socket> {
  const socket = connect({ host: LOOPBACK, port: proxy.port, noDelay: true });
  onTestFinished(() => void socket.destroy());
  await once(socket, 'connect');
  return socket;
}

/** The pieces in which `bytes` come back, and after how many milliseconds the last one does. */
async function echoed(socket: Socket, bytes: number): Promise<{ pieces: number[]; ms: number }> {
  const began = performance.now();
  const pieces: number[] = [];
  socket.write(Buffer.alloc(bytes));
  while (pieces.reduce((sum, one) => sum + one, 0) < bytes) {
    const [piece] = (await once(socket, 'data')) as [Buffer];
    pieces.push(piece.length);
  }
  return { pieces, ms: performance.now() - began };
}

test('latency holds bytes back, either way', async () => {
  const socket = await opened();
  proxy.latency(60);
  expect((await echoed(socket, 10)).ms).toBeGreaterThanOrEqual(118);
  await proxy.up();
  const freed = await opened();
  // A machine that is busy with something else may hold one of them back, too.
  for (let tries = 1; (await echoed(freed, 10)).ms >= 60; tries++) expect(tries).toBeLessThan(100);
});

test('bandwidth lets so many bytes a second through', async () => {
  const socket = await opened();
  proxy.bandwidth(20_000);
  // Half a second either way; what comes early is carried back while the rest is still on its way.
  expect((await echoed(socket, 10_000)).ms).toBeGreaterThanOrEqual(450);
});

test('slicer cuts what is sent into pieces', async () => {
  const socket = await opened();
  proxy.slicer(7);
  const { pieces } = await echoed(socket, 70);
  expect(pieces.length).toBeGreaterThan(1);
});

test('resetPeer resets the connections there are, and new ones are served', async () => {
  const socket = await opened();
  await echoed(socket, 1);
  proxy.resetPeer();
  const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException];
  expect(error.code).toBe('ECONNRESET');
  await echoed(await opened(), 1);
});
