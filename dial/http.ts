import { exchange } from './exchange.ts';
import type { Finding } from './finding.ts';
import { productIn, type Peer } from './products.ts';

/** Identifies servers of HTTP/1.1 and of HTTP/2 with prior knowledge (gRPC). */

export function isHttp(bytes: Buffer): boolean {
  return bytes.toString('latin1', 0, 5) === 'HTTP/';
}

/** An HTTP/2 server begins with a SETTINGS frame: type 4 on stream 0. */
export function isHttp2(bytes: Buffer): boolean {
  return bytes.length >= 9 && bytes[3] === 4 && bytes.readUInt32BE(5) === 0;
}

/** Asks for `/`, as JSON: many products name themselves there, or what they miss. */
export async function askHttp(peer: Peer): Promise<Finding | undefined> {
  const request = `GET / HTTP/1.1\r\nHost: ${peer.host}\r\nAccept: application/json\r\nConnection: close\r\n\r\n`;
  const answer = await exchange(peer, request, () => false);
  if (!answer.connected || !isHttp(answer.bytes)) return undefined;
  const text = answer.bytes.toString('utf8');
  const wantsAuth = /^HTTP\/1\.[01] 40[13] /.test(text);
  return {
    what: 'product',
    product: productIn(peer.products, 'http', text),
    tls: peer.tls ?? false,
    ...(wantsAuth ? { wantsAuth } : {}),
  };
}

const preface = Buffer.concat([
  Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
  Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]),
]);

/** Sends the HTTP/2 preface, which gRPC servers answer. */
export async function askHttp2(peer: Peer): Promise<Finding | undefined> {
  const answer = await exchange(peer, preface, isHttp2);
  if (!answer.connected || !isHttp2(answer.bytes)) return undefined;
  return { what: 'product', product: productIn(peer.products, 'http2', ''), tls: peer.tls ?? false };
}
