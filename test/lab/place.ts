import { mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { removeCgroup } from './cgroups.ts';
import { disconnect } from './link.ts';
import { identify, stillRunning } from './process-identity.ts';

const PREFIX = 'mooring-cluster-';
const OWNER = 'owner';

/** What a cluster has on this machine beside its processes: a folder, a cgroup and a link marked by its name. */
export interface Place {
  folder: string;
  cgroup: string;
}

/** Paths inside are hidden from a node by private ones, so its own folder may not be there. */
const HIDDEN = /^\/(run|var\/lib|var\/log|proc)(\/|$)/;

/** Makes a place for a new cluster. Removes first what clusters left whose owner was killed. */
export async function makePlace(): Promise<Place> {
  await removeOrphans();
  const parent = await realpath(tmpdir());
  if (HIDDEN.test(parent))
    throw new Error(`TMPDIR is ${parent}, which a node hides. Expected a folder elsewhere, such as /tmp.`);
  const folder = await mkdtemp(join(parent, PREFIX));
  await writeFile(join(folder, OWNER), await identify(process.pid));
  return { folder, cgroup: basename(folder) };
}

/** Its processes must have ended. */
export async function removePlace({ folder, cgroup }: Place): Promise<void> {
  await disconnect(basename(folder));
  await removeCgroup(cgroup);
  await rm(folder, { recursive: true, force: true });
}

/** The processes, mounts and links of a cluster die with its owner; only its place can be left. */
async function removeOrphans(): Promise<void> {
  const parent = await realpath(tmpdir());
  for (const name of await readdir(parent)) {
    if (!name.startsWith(PREFIX)) continue;
    const owner = await readFile(join(parent, name, OWNER), 'utf8').catch(() => undefined);
    // Without an owner it is being made at this moment, or removed by somebody else.
    if (owner === undefined || (await stillRunning(owner)) !== undefined) continue;
    await removePlace({ folder: join(parent, name), cgroup: name });
  }
}
