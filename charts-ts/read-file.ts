import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';

const mebibyte = 1_048_576;

/**
 * The text of standard input, of at most `most` mebibytes.
 * @throws Error that completes "standard input cannot be read: ".
 */
export function readStandardInput(most: number): string {
  const text = readFileSync(0);
  if (text.length > most * mebibyte) throw new TooLargeError(text.length, most);
  return text.toString();
}

/** More than may be read; its message completes "<path> cannot be read: ". */
export class TooLargeError extends Error {
  override readonly name = 'TooLargeError';

  constructor(size: number, most: number) {
    super(`it is ${Math.ceil(size / mebibyte)} MiB large; expected ${most} MiB at most`);
  }
}

/**
 * The bytes of a stream of at most `most` mebibytes; one without end is left when there are more.
 * @throws TooLargeError, and what the stream throws.
 */
export async function readStream(stream: AsyncIterable<Buffer | string>, most: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    chunks.push(Buffer.from(chunk));
    size += chunk.length;
    if (size > most * mebibyte) throw new TooLargeError(size, most);
  }
  return Buffer.concat(chunks);
}

/**
 * The text of a regular file of at most `most` mebibytes.
 * @throws Error that completes "<path> cannot be read: ".
 */
export const readRegularFile = (path: string, most: number): string =>
  readRegularBytes(path, most).toString('utf8');

/**
 * The bytes of a regular file of at most `most` mebibytes. A FIFO, a device or a socket is refused: opening one may
 * block.
 * @throws Error that completes "<path> cannot be read: "; TooLargeError.
 */
export function readRegularBytes(path: string, most: number): Buffer {
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stat = fstatSync(file);
    if (stat.isDirectory()) throw new Error('it is a folder; expected a file');
    if (!stat.isFile()) throw new Error('it is a pipe, a device or a socket; expected a regular file');
    if (stat.size > most * mebibyte) throw new TooLargeError(stat.size, most);
    return readFileSync(file);
  } finally {
    closeSync(file);
  }
}
