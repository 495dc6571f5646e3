import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Forward } from '../model/reach.ts';

const loopback = '127.0.0.1';

/**
 * Listens on a port of this machine, on loopback only, and pipes each connection to a stream of its own. Rejects where
 * the port cannot be listened on.
 * @param dial makes that stream; `onFailure` gets its error.
 * @param port default: any free one.
 */
export async function forwardLoopback(
  dial: () => Promise<Duplex>,
  {
    port = 0,
    onFailure = () => undefined,
  }: { readonly port?: number; readonly onFailure?: (error: unknown) => void } = {},
): Promise<Forward> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.once('close', () => sockets.delete(socket)));
    socket.on('error', () => socket.destroy());
    dial().then(
      (stream) => joinStreams(socket, stream),
      (error: unknown) => {
        onFailure(error);
        socket.destroy();
      },
    );
  });
  server.listen(port, loopback);
  await once(server, 'listening');
  return {
    host: loopback,
    port: (server.address() as AddressInfo).port,
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

function joinStreams(socket: Socket, stream: Duplex): void {
  stream.on('error', () => socket.destroy());
  socket.on('close', () => stream.destroy());
  socket.pipe(stream).pipe(socket);
}
