import { exchange } from './exchange.ts';
import type { Finding } from './finding.ts';
import { productIn, type Peer } from './products.ts';

/** Identifies servers of RESP. */

export const ping = 'PING\r\n';

/** Whether the answer to PING is RESP: a simple string or an error. */
export function isResp(bytes: Buffer): boolean {
  return /^(\+PONG|-[A-Z]+ )/.test(bytes.toString('latin1'));
}

/** Tells products apart by their INFO and modules; one that wants a password first counts as the usual one. */
export async function whichResp(peer: Peer, pong: Buffer): Promise<Finding> {
  const tls = peer.tls ?? false;
  if (pong.toString('latin1').startsWith('-NOAUTH'))
    return { what: 'product', product: productIn(peer.products, 'resp', ''), tls, wantsAuth: true };
  const answer = await exchange(peer, 'INFO server\r\nMODULE LIST\r\nQUIT\r\n', (bytes) =>
    bytes.toString('latin1').endsWith('+OK\r\n'),
  );
  const text = answer.connected ? answer.bytes.toString('latin1') : '';
  return { what: 'product', product: productIn(peer.products, 'resp', text), tls };
}
