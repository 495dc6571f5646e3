import { createHash } from 'node:crypto';
import { unzipSync } from 'fflate';
import type { Source } from './sources.ts';

const timeoutMs = 300_000;

/**
 * The files of a source.
 * @param progress told the bytes received so far, of all.
 * @throws Error in words when it cannot be had, or is not what it is to be.
 */
export async function download<Part extends string>(
  { url, sha256, bytes, files }: Source<Part>,
  progress: (received: number, all: number) => void,
): Promise<Record<Part, Uint8Array>> {
  const response = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) });
  if (!response.ok || response.body === null)
    throw new Error(`${new URL(url).host} answered ${response.status} to ${url}.`);
  const chunks: Uint8Array[] = [];
  let received = 0;
  for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
    chunks.push(chunk);
    received += chunk.length;
    if (received > bytes) break;
    progress(received, bytes);
  }
  const archive = Buffer.concat(chunks);
  const found = createHash('sha256').update(archive).digest('hex');
  if (found !== sha256)
    throw new Error(`${url} has the SHA-256 ${found}; expected ${sha256}. Nothing of it was used.`);
  return unpacked(archive, files);
}

/** @throws Error when the archive lacks a file. */
export function unpacked<Part extends string>(
  archive: Uint8Array,
  files: Readonly<Record<Part, string>>,
): Record<Part, Uint8Array> {
  const paths = Object.entries<string>(files);
  const found = unzipSync(archive, { filter: ({ name }) => paths.some(([, path]) => path === name) });
  const parts = paths.map(([part, path]) => {
    const content = found[path];
    if (content === undefined) throw new Error(`The archive has no file ${path}.`);
    return [part, content] as const;
  });
  return Object.fromEntries(parts) as Record<Part, Uint8Array>;
}
