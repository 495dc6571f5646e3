import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Cluster } from '../lab/cluster.ts';
import { linksOf } from '../lab/link.ts';

/** What is to be seen of a cluster on this machine: its processes, mounts, cgroups, folder and link. */
export async function tracesOf({ kubeconfigPath }: Cluster): Promise<string[]> {
  const folder = dirname(kubeconfigPath);
  return [
    ...(existsSync(folder) ? [`folder ${folder}`] : []),
    ...(await linksOf(basename(folder))).map((name) => `link ${name}`),
    ...(await mountsOf(folder)),
    ...(await cgroupsOf(basename(folder))),
    ...(await processesOf(folder)),
  ];
}

async function mountsOf(folder: string): Promise<string[]> {
  const mounts = await readFile('/proc/self/mounts', 'utf8');
  return mounts
    .split('\n')
    .filter((line) => line.includes(folder))
    .map((line) => `mount ${line}`);
}

async function cgroupsOf(name: string): Promise<string[]> {
  const root = '/sys/fs/cgroup';
  const paths = (await readdir(root)).map((hierarchy) => join(root, hierarchy, name));
  return [join(root, name), ...paths].filter((path) => existsSync(path)).map((path) => `cgroup ${path}`);
}

async function processesOf(folder: string): Promise<string[]> {
  const ids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(ids.map((id) => readFile(`/proc/${id}/cmdline`, 'utf8').catch(() => '')));
  return lines.filter((line) => line.includes(folder)).map((line) => `process ${line.replaceAll('\0', ' ')}`);
}
