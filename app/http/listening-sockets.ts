import { once } from 'node:events';
import { createServer, type ListenOptions, type Server } from 'node:net';
import type { FastifyInstance } from 'fastify';

/** An address of this machine and a port. */
export interface At {
  readonly host: string;
  readonly port: number;
}

/**
 * Most connections that the kernel holds until they are accepted, where it does not allow fewer. Node's own 511 are fewer
 * than the clients of a process that ended: a client that is turned away here tries again a second later.
 */
const backlog = 4_096;

/** Where several sockets may listen at one port, and the kernel spreads connections over them. */
const mayShare = process.platform === 'linux';

/**
 * Node accepts one connection of each listening socket in a turn of its event loop (libuv 1.45 and later). Where thousands
 * come at once, that is fewer than come: those that waited longest are accepted first, when their clients have given up.
 */
const sockets = 8;

/**
 * Listens with several sockets. @throws the system's error, also where another process listens at that port: sockets that
 * may share a port would share it with that one, too.
 */
export async function listenWithMany(server: FastifyInstance, at: At): Promise<void> {
  if (!mayShare) {
    await server.listen({ ...at, backlog });
    return;
  }
  // Two processes that start at once would both find the port free. The kernel forgets an abstract socket with its process.
  const alone = await listening(createServer(), { path: `\0mooring-port-${at.port}` });
  try {
    await closing(await listening(createServer(), at));
    await listenTogether(server, at);
  } finally {
    await closing(alone);
  }
}

async function listenTogether(server: FastifyInstance, at: At): Promise<void> {
  const options = { ...at, backlog: backlog / sockets, reusePort: true };
  const more = moreOf(server);
  await server.listen(options);
  await Promise.all(more.map((one) => listening(one, options)));
}

/** Hands its connections to `server`, and closes with it. */
function moreOf(server: FastifyInstance): Server[] {
  // With the options of Node's HTTP server.
  const more = Array.from({ length: sockets - 1 }, () =>
    createServer({ allowHalfOpen: true, noDelay: true }, (socket) =>
      server.server.emit('connection', socket),
    ),
  );
  let closed: Promise<unknown> | undefined;
  server.addHook('preClose', async () => void (closed = Promise.all(more.map(closing))));
  server.addHook('onClose', async () => closed);
  return more;
}

async function listening(server: Server, options: ListenOptions): Promise<Server> {
  server.listen(options);
  await once(server, 'listening');
  return server;
}

async function closing(server: Server): Promise<void> {
  server.close();
  await once(server, 'close');
}
