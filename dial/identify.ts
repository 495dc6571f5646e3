import { askBolt } from './bolt.ts';
import { exchange, type Address } from './exchange.ts';
import type { Finding } from './finding.ts';
import { askHttp, askHttp2, isHttp, isHttp2 } from './http.ts';
import { isResp, ping, whichResp } from './resp.ts';

/** PING, Bolt, HTTP, HTTP/2, then TLS with one more: each gets an equal share of the time. */
const greetings = 6;

/**
 * What answers on host:port: dials it and tries each protocol in turn. PING comes first: no product known here is harmed
 * by it, and most can be identified by how they refuse it. Takes at most about `timeoutMs`; never rejects.
 */
export async function identify(
  host: string,
  port: number,
  options: { readonly timeoutMs: number },
): Promise<Finding> {
  const whole = { host, port, timeoutMs: options.timeoutMs };
  const address = { host, port, timeoutMs: Math.max(50, Math.ceil(options.timeoutMs / greetings)) };
  const pong = await exchange(address, ping, (bytes) => bytes.includes('\n') || bytes.length >= 9);
  if (!pong.connected) return pong.why === 'timeout' ? slowly(whole) : { what: pong.why };
  const told = await byAnswer(address, pong.bytes);
  if (told) return told;
  const found = (await askBolt(address)) ?? (await askHttp(address)) ?? (await askHttp2(address));
  if (found) return found;
  return (await askTls(address)) ?? ended(pong.ended);
}

/** A peer that is slow to connect gets the whole time for one greeting. */
async function slowly(address: Address): Promise<Finding> {
  const pong = await exchange(address, ping, (bytes) => bytes.includes('\n'));
  if (!pong.connected) return { what: pong.why };
  return (await byAnswer(address, pong.bytes)) ?? ended(pong.ended);
}

function ended(how: 'enough' | 'closed' | 'silent'): Finding {
  return how === 'silent' ? { what: 'silent' } : { what: 'unknown', tls: false };
}

/** Identifies a peer by how it answers PING. */
async function byAnswer(address: Address, answer: Buffer): Promise<Finding | undefined> {
  if (isResp(answer)) return whichResp(address, answer);
  if (isHttp(answer)) return askHttp(address);
  if (isHttp2(answer)) return askHttp2(address);
  return undefined;
}

/** What answers inside TLS; `undefined` when the peer does not speak TLS. */
async function askTls(plain: Address): Promise<Finding | undefined> {
  const address = { ...plain, tls: true };
  const pong = await exchange(address, ping, (bytes) => bytes.includes('\n'));
  if (!pong.connected) return undefined;
  const found = await byAnswer(address, pong.bytes);
  return found ?? (await askBolt(address)) ?? (await askHttp(address)) ?? { what: 'unknown', tls: true };
}
