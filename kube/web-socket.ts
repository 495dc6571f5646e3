import type { IncomingMessage } from 'node:http';
import type { RequestOptions } from 'node:https';
import type { Exec, KubeConfig } from '@kubernetes/client-node';
import { WebSocket } from 'ws';
import { HandshakeRefused } from '../model/reach.ts';
import { textOf } from './bounded-text.ts';
import { ClusterError } from './cluster-error.ts';

/** Calls back with status and body when a handshake is answered without an upgrade. */
function onHandshakeRefused(socket: WebSocket, refused: (error: HandshakeRefused) => void): void {
  socket.once('unexpected-response', (_request, response: IncomingMessage) => {
    void textOf(response)
      .catch(() => '')
      .then((body) => {
        refused(new HandshakeRefused(response.statusCode ?? 0, body));
        socket.terminate();
      });
  });
}

/** The subprotocol of exec and port-forward: the first byte of a message is its channel. */
const subprotocol = 'v4.channel.k8s.io';

/**
 * Opens the WebSockets of exec and port-forward in place of the library's own handler, which reports the status of a
 * refused handshake only in prose. Rejects with a `HandshakeRefused`, or the error of the connection.
 */
export function webSocketsOf(kubeConfig: KubeConfig): NonNullable<ConstructorParameters<typeof Exec>[1]> {
  return {
    connect: async (path, _onText, onBinary) => {
      const options: RequestOptions = {};
      await kubeConfig.applyToHTTPSOptions(options);
      const server = (kubeConfig.getCurrentCluster()?.server ?? '').replace(/\/$/, '');
      const socket = new WebSocket(server.replace(/^http/, 'ws') + path, subprotocol, options);
      socket.on('message', (message: Buffer, isBinary) => {
        if (isBinary && onBinary?.(message.readUInt8(0), message.subarray(1)) === false) socket.close();
      });
      await opened(socket);
      // The library's isomorphic-ws is this same class.
      // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment
      return socket;
    },
  };
}

/** Resolves when a handshake ends in an upgrade. Rejects with a `HandshakeRefused`, or the error of the connection. */
export function opened(socket: WebSocket): Promise<void> {
  return new Promise((resolve, reject) => {
    onHandshakeRefused(socket, reject);
    // The listener stays: an unhandled `error` event would end the process.
    socket.on('error', reject);
    socket.once('open', resolve);
  });
}

/** The pod's subresource that a WebSocket was opened to. */
export interface Handshake {
  /** Such as `port 8080 of pod demo-web-0`. */
  readonly where: string;
  /** Such as `pods/exec`. */
  readonly resource: string;
  readonly context: string;
}

/** The error of a WebSocket that could not be opened. */
export function handshakeError({ where, resource, context }: Handshake, cause: unknown): ClusterError {
  const facts = { context, verb: 'create', resource };
  if (cause instanceof HandshakeRefused && (cause.status === 401 || cause.status === 403))
    return new ClusterError(
      'CLUSTER_DENIED',
      `The user of context "${context}" may not open ${where}: it takes "create" and "get" on ${resource}.`,
      { reason: cause.status === 401 ? 'Unauthorized' : 'Forbidden', ...facts },
      { cause },
    );
  const message = cause instanceof Error ? cause.message : String(cause);
  return new ClusterError(
    'CLUSTER_AWAY',
    `${where} cannot be reached through the API server: ${message}`,
    facts,
    { cause },
  );
}
