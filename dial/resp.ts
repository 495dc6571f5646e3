import { exchange, type Address } from './exchange.ts';
import type { Finding } from './finding.ts';

/** Identifies servers of RESP, the protocol of Redis. */

export const ping = 'PING\r\n';

/** Whether the answer to PING is RESP: a simple string or an error. */
export function isResp(bytes: Buffer): boolean {
  return /^(\+PONG|-[A-Z]+ )/.test(bytes.toString('latin1'));
}

/** Tells Redis, FalkorDB and Sentinel apart; a server that wants a password first counts as Redis. */
export async function whichResp(address: Address, pong: Buffer): Promise<Finding> {
  const tls = address.tls ?? false;
  if (pong.toString('latin1').startsWith('-NOAUTH'))
    return { what: 'product', product: 'Redis', tls, wantsAuth: true };
  const answer = await exchange(address, 'INFO server\r\nMODULE LIST\r\nQUIT\r\n', (bytes) =>
    bytes.toString('latin1').endsWith('+OK\r\n'),
  );
  const text = answer.connected ? answer.bytes.toString('latin1') : '';
  if (/redis_mode:sentinel/.test(text)) return { what: 'product', product: 'Redis Sentinel', tls };
  if (/\r\n(graph|falkordb)\r\n/i.test(text)) return { what: 'product', product: 'FalkorDB', tls };
  return { what: 'product', product: 'Redis', tls };
}
