import type { Readable } from 'node:stream';

/** The limit of a body; the rest is cut off. */
const maxBytes = 1_048_576;

/** The text of a body, cut at 1 MiB. Rejects as the stream does. */
export async function textOf(body: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    chunks.push(chunk as Buffer);
    bytes += (chunk as Buffer).length;
    if (bytes >= maxBytes) break;
  }
  return Buffer.concat(chunks).subarray(0, maxBytes).toString();
}
