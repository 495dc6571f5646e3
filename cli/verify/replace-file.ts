import { randomUUID } from 'node:crypto';
import {
  closeSync,
  fchmodSync,
  fsyncSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';

/**
 * Replaces the text of a file at once: others read the one or the other, also after a crash. Its mode stays, and of a
 * link the file is replaced to which it leads. Throws as the file system does.
 */
export function replaceFile(path: string, text: string): void {
  const target = realpathSync(path);
  const { mode } = statSync(target);
  const fresh = join(dirname(target), `.${basename(target)}.${randomUUID()}`);
  try {
    const file = openSync(fresh, 'wx', mode);
    try {
      // The umask has taken from it.
      fchmodSync(file, mode);
      writeFileSync(file, text);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(fresh, target);
  } catch (error) {
    rmSync(fresh, { force: true });
    throw error;
  }
}
