import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';

/** Node's own channel; each client's socket is told there as it is made. */
const channel = 'net.client.socket';

/**
 * Tells when an open connection of this process to a port closes. The Neo4j driver has no event for a connection of its
 * pool that the server closed.
 * @returns what ends it.
 */
export function onClosedConnection(port: number, tell: () => void): () => void {
  const made = (message: unknown): void => {
    const { socket } = message as { readonly socket: Socket };
    socket.once('connect', () => {
      if (socket.remotePort === port) socket.once('close', tell);
    });
  };
  subscribe(channel, made);
  return () => unsubscribe(channel, made);
}
