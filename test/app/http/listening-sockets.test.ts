import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { setImmediate as turnOfLoop } from 'node:timers/promises';
import { fastify, type FastifyInstance } from 'fastify';
import { expect, onTestFinished, test } from 'vitest';
import { listenWithMany } from '../../../app/http/listening-sockets.ts';
import { LOOPBACK } from '../../servers/ports.ts';

/** A port that is free now. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, LOOPBACK);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

function newServer(): FastifyInstance {
  const server = fastify();
  onTestFinished(async () => {
    server.server.closeAllConnections();
    await server.close();
  });
  return server;
}

/** A server, and its port. */
async function serving(routes: (server: FastifyInstance) => void = () => undefined) {
  const server = newServer();
  routes(server);
  const port = await freePort();
  await listenWithMany(server, { host: LOOPBACK, port });
  return { server, port };
}

function dial(port: number) {
  const socket = connect(port, LOOPBACK);
  socket.on('error', () => undefined);
  onTestFinished(() => void socket.destroy());
  return socket;
}

/** An answer over a connection of its own. */
async function ask(port: number): Promise<string> {
  const answer = await fetch(`http://${LOOPBACK}:${port}/`, { headers: { connection: 'close' } });
  return answer.text();
}

test.runIf(process.platform === 'linux')(
  'connections that came at once are accepted several in a turn of the event loop',
  async () => {
    const { server, port } = await serving();
    let accepted = 0;
    server.server.on('connection', () => (accepted += 1));
    const count = 200;
    for (let nth = 0; nth < count; nth += 1) dial(port);
    let most = 0;
    while (accepted < count) {
      const before = accepted;
      await turnOfLoop();
      most = Math.max(most, accepted - before);
    }
    expect(most).toBeGreaterThan(2);
  },
);

test('each connection is answered, whichever socket accepted it', async () => {
  const { port } = await serving((server) => server.get('/', () => 'here'));
  expect(new Set(await Promise.all(Array.from({ length: 50 }, () => ask(port))))).toEqual(new Set(['here']));
});

test('a port at which another one listens so is taken', async () => {
  const { port } = await serving();
  await expect(listenWithMany(newServer(), { host: LOOPBACK, port })).rejects.toMatchObject({
    code: 'EADDRINUSE',
  });
});

test('of two that begin at once to listen at a port one listens there', async () => {
  const port = await freePort();
  const begun = [newServer(), newServer()].map((server) => listenWithMany(server, { host: LOOPBACK, port }));
  const ended = await Promise.allSettled(begun);
  expect(ended.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  expect(ended.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { code: 'EADDRINUSE' } });
});

test('it closes when every request is answered, and listens no more', async () => {
  const { promise: ended, resolve: end } = Promise.withResolvers<undefined>();
  let asked = 0;
  const { server, port } = await serving((one) =>
    one.get('/', async () => {
      asked += 1;
      await ended;
      return 'here';
    }),
  );
  const count = 20;
  const answers = Promise.all(Array.from({ length: count }, () => ask(port)));
  await expect.poll(() => asked).toBe(count);
  let isClosed = false;
  const closed = server.close().then(() => (isClosed = true));
  const refused = (): Promise<unknown> => once(dial(port), 'connect').catch((error: unknown) => error);
  await expect.poll(refused).toMatchObject({ code: 'ECONNREFUSED' });
  expect(isClosed).toBe(false);
  end(undefined);
  expect(new Set(await answers)).toEqual(new Set(['here']));
  await closed;
});
