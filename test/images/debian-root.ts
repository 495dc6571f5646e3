import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cached } from '../servers/cache.ts';
import { run } from '../servers/process.ts';
import { findProgram, isRoot } from '../servers/programs.ts';
import { Unavailable } from '../servers/unavailable.ts';

/** The release the public base of our image, `node:24-bookworm-slim`, is made of. */
const SUITE = 'bookworm';
/** What a running system has and an image does not need. */
const TRIMMED = ['var/cache/apt/archives', 'var/lib/apt/lists', 'usr/share/doc', 'usr/share/locale'];

/** The path of a tar with a minimal Debian in it: the root of every image here. Made by debootstrap, as root only. */
export async function debianRoot(log: (line: string) => void): Promise<{ tarPath: string; recipe: string }> {
  const recipe = await readFile(import.meta.filename, 'utf8');
  const folder = await cached({ name: 'debian-root', version: SUITE, recipe }, async (dir) => {
    requireDebootstrap();
    log('Making a minimal Debian root with debootstrap (under a minute).');
    const root = join(dir, 'root');
    await run('debootstrap', ['--variant=minbase', SUITE, root, await mirror()]);
    for (const path of TRIMMED) await empty(join(root, path));
    // As in Debian's own image: a package that is installed in a build starts no service.
    await writeFile(join(root, 'usr/sbin/policy-rc.d'), '#!/bin/sh\nexit 101\n', { mode: 0o755 });
    await run('tar', ['--numeric-owner', '-C', root, '-cf', join(dir, 'root.tar'), '.']);
    await rm(root, { recursive: true });
  });
  return { tarPath: join(folder, 'root.tar'), recipe };
}

/** The folder itself stays: apt wants its own. */
async function empty(folder: string): Promise<void> {
  for (const name of await readdir(folder)) await rm(join(folder, name), { recursive: true });
}

function requireDebootstrap(): void {
  if (!isRoot()) throw new Unavailable('images for tests', 'debootstrap needs root, and this is not');
  if (findProgram('debootstrap') === undefined)
    throw new Unavailable('images for tests', 'the Debian package debootstrap is missing');
}

/** Where this machine's own apt gets the suite from, so that no mirror is named here. */
async function mirror(): Promise<string> {
  const format = ['--format', '$(CODENAME) $(REPO_URI)', 'Created-By: Packages'];
  const { stdout } = await run('apt-get', ['indextargets', ...format]);
  const found = stdout.split('\n').find((line) => line.startsWith(`${SUITE} `));
  if (found !== undefined) return found.slice(SUITE.length + 1);
  throw new Unavailable('images for tests', `this machine's apt knows no mirror of Debian ${SUITE}`);
}
