import { lstatSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { CommandError } from '../errors.ts';

/** Writes a file, and the folders above it. @throws CommandError CANNOT_WRITE when one is there, without `force`. */
export function write(path: string, text: string, force: boolean): void {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (force && stat && !stat.isFile())
    throw new CommandError(
      'CANNOT_WRITE',
      `${path} is a folder, a link, a pipe or a device; --force replaces only a file.`,
    );
  try {
    mkdirSync(dirname(resolve(path)), { recursive: true });
    writeFileSync(path, text, { flag: force ? 'w' : 'wx' });
  } catch (error) {
    const isThere = error instanceof Error && 'code' in error && error.code === 'EEXIST';
    const reason = error instanceof Error ? error.message : String(error);
    throw new CommandError(
      'CANNOT_WRITE',
      isThere
        ? `${path} is there already; nothing was written. --force replaces it.`
        : `${path} cannot be written: ${reason}`,
    );
  }
}
