import { exchange, type Address } from './exchange.ts';
import type { Finding } from './finding.ts';
import type { Product } from './products.ts';

/** Identifies servers of HTTP/1.1 and of HTTP/2 with prior knowledge (gRPC). */

export function isHttp(bytes: Buffer): boolean {
  return bytes.toString('latin1', 0, 5) === 'HTTP/';
}

/** An HTTP/2 server begins with a SETTINGS frame: type 4 on stream 0. */
export function isHttp2(bytes: Buffer): boolean {
  return bytes.length >= 9 && bytes[3] === 4 && bytes.readUInt32BE(5) === 0;
}

/** Asks for `/`, as JSON: Neo4j and Qdrant name themselves there. */
export async function askHttp(address: Address): Promise<Finding | undefined> {
  const request = `GET / HTTP/1.1\r\nHost: ${address.host}\r\nAccept: application/json\r\nConnection: close\r\n\r\n`;
  const answer = await exchange(address, request, () => false);
  if (!answer.connected || !isHttp(answer.bytes)) return undefined;
  const text = answer.bytes.toString('utf8');
  const wantsAuth = /^HTTP\/1\.[01] 40[13] /.test(text);
  return {
    what: 'product',
    product: introducedBy(text, wantsAuth),
    tls: address.tls ?? false,
    ...(wantsAuth ? { wantsAuth } : {}),
  };
}

function introducedBy(text: string, wantsAuth: boolean): Product {
  if (/"(bolt_direct|neo4j_version)"/.test(text)) return "Neo4j's HTTP browser";
  if (/"title"\s*:\s*"qdrant/i.test(text)) return 'Qdrant';
  // With a key set, Qdrant answers requests without it only with what is missing.
  return wantsAuth && /api[- ]key/i.test(text) ? 'Qdrant' : 'HTTP server';
}

const preface = Buffer.concat([
  Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
  Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]),
]);

/** Sends the HTTP/2 preface; of the products known here only Qdrant's gRPC port answers it without TLS. */
export async function askHttp2(address: Address): Promise<Finding | undefined> {
  const answer = await exchange(address, preface, isHttp2);
  if (!answer.connected || !isHttp2(answer.bytes)) return undefined;
  return { what: 'product', product: "Qdrant's gRPC", tls: address.tls ?? false };
}
