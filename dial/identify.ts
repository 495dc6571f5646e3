import { askBolt } from './bolt.ts';
import type { Recognition } from '../model/program.ts';
import { exchange } from './exchange.ts';
import type { Finding } from './finding.ts';
import { askHttp, askHttp2, isHttp, isHttp2 } from './http.ts';
import type { Peer } from './products.ts';
import { isResp, ping, whichResp } from './resp.ts';

/** PING, Bolt, HTTP, HTTP/2, then TLS with one more: each gets an equal share of the time. */
const greetings = 6;

/**
 * What answers on host:port: dials it and tries each protocol in turn. PING comes first: no server of these protocols is
 * harmed by it, and most can be identified by how they refuse it. Takes at most about `timeoutMs`; never rejects.
 */
export async function identify(
  host: string,
  port: number,
  { timeoutMs, products }: { readonly timeoutMs: number; readonly products: readonly Recognition[] },
): Promise<Finding> {
  const whole = { host, port, timeoutMs, products };
  const peer = { ...whole, timeoutMs: Math.max(50, Math.ceil(timeoutMs / greetings)) };
  const pong = await exchange(peer, ping, (bytes) => bytes.includes('\n') || bytes.length >= 9);
  if (!pong.connected) return pong.why === 'timeout' ? slowly(whole) : { what: pong.why };
  const told = await byAnswer(peer, pong.bytes);
  if (told) return told;
  const found = (await askBolt(peer)) ?? (await askHttp(peer)) ?? (await askHttp2(peer));
  if (found) return found;
  return (await askTls(peer)) ?? ended(pong.ended);
}

/** A peer that is slow to connect gets the whole time for one greeting. */
async function slowly(peer: Peer): Promise<Finding> {
  const pong = await exchange(peer, ping, (bytes) => bytes.includes('\n'));
  if (!pong.connected) return { what: pong.why };
  return (await byAnswer(peer, pong.bytes)) ?? ended(pong.ended);
}

function ended(how: 'enough' | 'closed' | 'silent'): Finding {
  return how === 'silent' ? { what: 'silent' } : { what: 'unknown', tls: false };
}

/** Identifies a peer by how it answers PING. */
async function byAnswer(peer: Peer, answer: Buffer): Promise<Finding | undefined> {
  if (isResp(answer)) return whichResp(peer, answer);
  if (isHttp(answer)) return askHttp(peer);
  if (isHttp2(answer)) return askHttp2(peer);
  return undefined;
}

/** What answers inside TLS; `undefined` when the peer does not speak TLS. */
async function askTls(plain: Peer): Promise<Finding | undefined> {
  const peer = { ...plain, tls: true };
  const pong = await exchange(peer, ping, (bytes) => bytes.includes('\n'));
  if (!pong.connected) return undefined;
  const found = await byAnswer(peer, pong.bytes);
  return found ?? (await askBolt(peer)) ?? (await askHttp(peer)) ?? { what: 'unknown', tls: true };
}
