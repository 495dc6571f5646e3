import { closeSync, constants, fstatSync, openSync, readFileSync, readSync } from 'node:fs';

const mebibyte = 1_048_576;

/**
 * The text of standard input, of at most `most` mebibytes; one without end is left when there are more.
 * @throws TooLargeError, or Error that completes "standard input cannot be read: ".
 */
export function readStandardInput(most: number): string {
  const chunks = new Chunks(most);
  const chunk = Buffer.alloc(chunkBytes);
  for (let size = readNow(chunk); size !== 0; size = readNow(chunk))
    if (size === undefined) Atomics.wait(pausing(), 0, 0, retryMs);
    else chunks.add(Buffer.from(chunk.subarray(0, size)));
  return chunks.whole().toString();
}

const chunkBytes = 65_536;
/** Made when it is needed: there is none where the start-up snapshot is made. */
const pausing = (): Int32Array => new Int32Array(new SharedArrayBuffer(4));
const retryMs = 10;

/** How many bytes are there; `undefined` where none are yet, of a pipe that another part of the process made non-blocking. */
function readNow(chunk: Buffer): number | undefined {
  try {
    return readSync(0, chunk);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EAGAIN') return undefined;
    throw error;
  }
}

/** The parts of a stream, of at most so many mebibytes. */
class Chunks {
  readonly #most: number;
  readonly #parts: Buffer[] = [];
  #size = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** @throws TooLargeError when there are more. */
  add(chunk: Buffer): void {
    this.#parts.push(chunk);
    this.#size += chunk.length;
    if (this.#size > this.#most * mebibyte) throw new TooLargeError(this.#most);
  }

  whole(): Buffer {
    return Buffer.concat(this.#parts);
  }
}

/** More than may be read; its message completes "<path> cannot be read: ". */
export class TooLargeError extends Error {
  override readonly name = 'TooLargeError';

  /** @param size absent of a stream, which is not read to its end. */
  constructor(most: number, size?: number) {
    const large = size === undefined ? 'too large' : `${Math.ceil(size / mebibyte)} MiB large`;
    super(`it is ${large}; expected ${most} MiB at most`);
  }
}

/**
 * The bytes of a stream of at most `most` mebibytes; one without end is left when there are more.
 * @throws TooLargeError, and what the stream throws.
 */
export async function readStream(stream: AsyncIterable<Buffer | string>, most: number): Promise<Buffer> {
  const chunks = new Chunks(most);
  for await (const chunk of stream) chunks.add(Buffer.from(chunk));
  return chunks.whole();
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
    if (stat.size > most * mebibyte) throw new TooLargeError(most, stat.size);
    return readFileSync(file);
  } finally {
    closeSync(file);
  }
}
