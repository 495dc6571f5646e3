import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

/** Where to dial, and how long one connection may take, in milliseconds. */
export interface Address {
  readonly host: string;
  readonly port: number;
  readonly tls?: boolean;
  readonly timeoutMs: number;
}

/** Why there is no connection. */
export type NoConnection = 'refused' | 'unknown-host' | 'timeout' | 'unreachable';

/** What a connection returned: at most `maxBytes` of answer, and how it ended. */
export type Exchange =
  | { readonly connected: false; readonly why: NoConnection }
  | { readonly connected: true; readonly bytes: Buffer; readonly ended: 'enough' | 'closed' | 'silent' };

/** Longer than any answer that identifies a product. */
const maxBytes = 16_384;

/**
 * Opens one connection, sends `payload`, and reads until `enough` says so, the peer closes, `maxBytes` were read or the
 * time is over. Never rejects.
 */
export function exchange(
  address: Address,
  payload: string | Buffer,
  enough: (bytes: Buffer) => boolean,
): Promise<Exchange> {
  return new Promise((resolve) => {
    let bytes = Buffer.alloc(0);
    let connected = false;
    const socket = openSocket(address, () => {
      connected = true;
      socket.write(payload);
    });
    const settle = (result: Exchange): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(result);
    };
    const ended = (how: 'enough' | 'closed' | 'silent', why: NoConnection): void =>
      settle(connected ? { connected, bytes, ended: how } : { connected, why });
    const timer = setTimeout(() => ended('silent', 'timeout'), address.timeoutMs);
    socket.on('data', (chunk: Buffer) => {
      bytes = Buffer.concat([bytes, chunk]).subarray(0, maxBytes);
      if (enough(bytes) || bytes.length === maxBytes) ended('enough', 'timeout');
    });
    socket.once('error', (error) => ended('closed', reasonOf(error)));
    socket.once('close', () => ended('closed', 'unreachable'));
  });
}

/** Does not verify the certificate: the question is what answers, not whether to trust it. */
export function openSocket({ host, port, tls }: Address, connected?: () => void): Socket {
  return tls
    ? connectTls({ host, port, rejectUnauthorized: false, servername: isName(host) ? host : '' }, connected)
    : connect({ host, port }, connected);
}

function isName(host: string): boolean {
  return !host.includes(':') && !/^[\d.]+$/.test(host);
}

const reasons: Readonly<Record<string, NoConnection>> = {
  ECONNREFUSED: 'refused',
  ENOTFOUND: 'unknown-host',
  EAI_AGAIN: 'unknown-host',
  ETIMEDOUT: 'timeout',
};

function reasonOf(error: Error): NoConnection {
  const code = 'code' in error ? String(error.code) : '';
  return reasons[code] ?? 'unreachable';
}
