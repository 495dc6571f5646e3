import { createServer, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { generate } from 'selfsigned';
import { LOOPBACK } from '../servers/ports.ts';

export interface Listening {
  port: number;
  stop(): Promise<void>;
}

/** What a product that cannot be had here says, byte for byte: how it answers what it was sent first. */
export type Speaker = (socket: Socket, received: Buffer) => void;

/** A server on loopback that answers each chunk as `speaker` says; with `tls`, inside TLS. */
export async function speaking(speaker: Speaker, options: { tls?: boolean } = {}): Promise<Listening> {
  const open = new Set<Socket>();
  const serve = (socket: Socket): void => {
    open.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => open.delete(socket));
    socket.on('data', (received) => speaker(socket, received));
  };
  const server = options.tls ? createTlsServer(await selfSigned(), serve) : createServer(serve);
  await new Promise<void>((resolve) => server.listen(0, LOOPBACK, resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no TCP port');
  const stop = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      for (const socket of open) socket.destroy();
    });
  return { port: address.port, stop };
}

async function selfSigned(): Promise<{ key: string; cert: string }> {
  const { private: key, cert } = await generate([{ name: 'commonName', value: 'localhost' }]);
  return { key, cert };
}

const magic = Buffer.from([0x60, 0x60, 0xb0, 0x17]);

/** Neo4j's Bolt port: a version for a handshake, the end for everything else. */
export const bolt: Speaker = (socket, received) =>
  received.subarray(0, 4).equals(magic) ? socket.write(Buffer.from([0, 0, 8, 5])) : socket.destroy();

/** An HTTP server that answers `/` with a body; what is no HTTP gets a 400. */
export const http =
  (body: string, status = '200 OK'): Speaker =>
  (socket, received) => {
    const isHttp = received.toString('latin1').startsWith('GET ');
    socket.end(
      `HTTP/1.1 ${isHttp ? status : '400 Bad Request'}\r\nContent-Length: ${isHttp ? body.length : 0}\r\nConnection: close\r\n\r\n${isHttp ? body : ''}`,
    );
  };

/** An HTTP/2 server: SETTINGS for its preface, the end for everything else. */
export const http2: Speaker = (socket, received) =>
  received.toString('latin1').startsWith('PRI * HTTP/2.0')
    ? socket.write(Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]))
    : socket.destroy();

/** Who speaks RESP: PING's answer, and the answer to INFO and MODULE LIST. */
export const resp =
  (pong: string, details = '-ERR unknown command\r\n'): Speaker =>
  (socket, received) => {
    socket.write(received.toString('latin1').startsWith('PING') ? pong : `${details}+OK\r\n`);
  };
