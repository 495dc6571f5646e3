import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { until } from '../servers/poll.ts';

const ROOT = '/sys/fs/cgroup';

/** Every cgroup hierarchy of this machine: one of version 2, or one a controller. */
async function hierarchies(): Promise<string[]> {
  const mounts = await readFile('/proc/self/mounts', 'utf8');
  return mounts
    .split('\n')
    .map((line) => line.split(' '))
    .filter(([, path, type]) => type?.startsWith('cgroup') === true && path?.startsWith(ROOT) === true)
    .map(([, path = '']) => path);
}

/**
 * What all pods together weigh against any one process of this machine, by the file that says so in version 1 and in
 * version 2. Unsaid, a whole node would get as much of a busy machine as one process of a test.
 */
const WEIGHTS = { 'cpu.shares': '16384', 'cpu.weight': '1600' };

/** Makes a cgroup of this name at the top of every hierarchy: the parent of all of a node's pods. */
export async function makeCgroup(name: string): Promise<void> {
  for (const hierarchy of await hierarchies()) {
    const path = join(hierarchy, name);
    await delegate(hierarchy);
    await mkdir(path, { recursive: true });
    await delegate(path);
    for (const [file, weight] of Object.entries(WEIGHTS))
      if (existsSync(join(path, file))) await writeFile(join(path, file), weight);
  }
}

/** In version 2 a controller must be passed on by every ancestor; version 1 has no such file. */
async function delegate(path: string): Promise<void> {
  const controllers = await readFile(join(path, 'cgroup.controllers'), 'utf8').catch(() => '');
  const wanted = controllers.trim().split(/\s+/).filter(Boolean);
  if (wanted.length === 0) return;
  await writeFile(join(path, 'cgroup.subtree_control'), wanted.map((one) => `+${one}`).join(' '));
}

/** Removes it with all below it. Its processes must be dead; the kernel lets go of them a moment later. */
export async function removeCgroup(name: string): Promise<void> {
  for (const hierarchy of await hierarchies()) {
    const path = join(hierarchy, name);
    await until(`the processes of ${path} to be gone`, () => removeTree(path), 10_000);
  }
}

async function removeTree(path: string): Promise<boolean> {
  const entries = await readdir(path, { withFileTypes: true }).catch(() => undefined);
  if (entries === undefined) return true;
  for (const entry of entries) if (entry.isDirectory()) await removeTree(join(path, entry.name));
  await rmdir(path);
  return true;
}
