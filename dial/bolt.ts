import { exchange } from './exchange.ts';
import type { Finding } from './finding.ts';
import { productIn, type Peer } from './products.ts';

/** Bolt's magic, then the four versions proposed: 5.0 to 5.8, 4.2 to 4.4, and none twice. */
const handshake = Buffer.from([
  ...[0x60, 0x60, 0xb0, 0x17],
  ...[0, 8, 8, 5],
  ...[0, 2, 4, 4],
  ...[0, 0, 0, 0],
  ...[0, 0, 0, 0],
]);

/** Proposes Bolt versions; a Bolt server answers exactly four bytes, the version it chose. */
export async function askBolt(peer: Peer): Promise<Finding | undefined> {
  const answer = await exchange(peer, handshake, (bytes) => bytes.length >= 4);
  if (!answer.connected || !isVersion(answer.bytes)) return undefined;
  return { what: 'product', product: productIn(peer.products, 'bolt', ''), tls: peer.tls ?? false };
}

function isVersion(bytes: Buffer): boolean {
  return bytes.length === 4 && bytes[0] === 0 && (bytes[3] ?? 0) <= 9;
}
