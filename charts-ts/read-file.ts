import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';

const mebibyte = 1_048_576;

/**
 * The text of standard input, of at most `most` mebibytes.
 * @throws Error that completes "standard input cannot be read: ".
 */
export function readStandardInput(most: number): string {
  const text = readFileSync(0);
  if (text.length > most * mebibyte) throw new Error(tooLarge(text.length, most));
  return text.toString();
}

const tooLarge = (size: number, most: number): string =>
  `it is ${Math.ceil(size / mebibyte)} MiB large; expected ${most} MiB at most`;

/**
 * The text of a regular file of at most `most` mebibytes. A FIFO, a device or a socket is refused: opening one may
 * block.
 * @throws Error that completes "<path> cannot be read: ".
 */
export function readRegularFile(path: string, most: number): string {
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stat = fstatSync(file);
    if (stat.isDirectory()) throw new Error('it is a folder; expected a file');
    if (!stat.isFile()) throw new Error('it is a pipe, a device or a socket; expected a regular file');
    if (stat.size > most * mebibyte) throw new Error(tooLarge(stat.size, most));
    return readFileSync(file, 'utf8');
  } finally {
    closeSync(file);
  }
}
