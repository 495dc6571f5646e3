import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { cached } from './cache.ts';
import { run } from './process.ts';
import { findProgram } from './programs.ts';
import { Unavailable } from './unavailable.ts';

/** Unpacked into the cache; nothing is installed. */
const debianPackage = 'libfaketime';

/**
 * The environment of a process whose clock is off by so many seconds. Only the time of day is: its monotonic clock runs
 * as ever.
 * @throws Unavailable where Debian's package cannot be had.
 */
export async function clockOff(seconds: number): Promise<Readonly<Record<string, string>>> {
  const sign = seconds < 0 ? '-' : '+';
  return {
    LD_PRELOAD: await libraryPath(),
    FAKETIME: `${sign}${Math.abs(seconds)}s`,
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
  };
}

async function libraryPath(): Promise<string> {
  const folder = await cached(
    { name: debianPackage, version: '1', recipe: 'apt-get download' },
    async (dir) => {
      if (findProgram('apt-get') === undefined || findProgram('dpkg-deb') === undefined)
        throw new Unavailable(debianPackage, 'it is a Debian package, and this machine has no apt-get');
      await run('apt-get', ['download', debianPackage], { cwd: dir }).catch((cause: unknown) => {
        throw new Unavailable(debianPackage, 'apt-get could not download it', { cause });
      });
      const [file = ''] = await readdir(dir);
      await run('dpkg-deb', ['--extract', join(dir, file), dir]);
    },
  );
  const library = join(folder, 'usr', 'lib');
  const [found] = (await readdir(library, { recursive: true })).filter((path) =>
    path.endsWith('libfaketime.so.1'),
  );
  if (found === undefined) throw new Unavailable(debianPackage, `there is no libfaketime.so.1 in ${library}`);
  return join(library, found);
}
