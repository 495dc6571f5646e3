import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';

/**
 * The digest of a configuration: names and non-secret values as text, in any order; absent and empty values
 * do not count. The renderer writes it on the pod template, the running app reports it at `/config`: equal digests
 * prove that the process runs what was rendered.
 * @returns the first 16 hexadecimal digits of SHA-256 over the sorted pairs.
 */
export function configDigest(values: Readonly<Record<string, string | undefined>>): string {
  const pairs = Object.entries(values).filter(([, value]) => value !== undefined && value !== '');
  pairs.sort(([a], [b]) => (a < b ? -1 : 1));
  return bytesToHex(sha256(utf8ToBytes(JSON.stringify(pairs)))).slice(0, 16);
}
