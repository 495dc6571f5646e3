import { rm, writeFile } from 'node:fs/promises';
import { builtProgram } from '../../servers/kubernetes/programs.ts';
import { run } from '../../servers/process.ts';
import { findProgram, mayInstallPackages } from '../../servers/programs.ts';
import { CLUSTER_PROGRAMS } from './cluster.ts';
import { lackingPackages, requireNode } from './requirements.ts';
import { systemImages } from './system-images.ts';

type Log = (line: string) => void;

/** Images are built by these; a cluster itself does not need them. */
const IMAGE_PACKAGES = ['buildah', 'debootstrap'];

/**
 * Makes sure that `startCluster` and `buildImages` find what they need, saying each step before doing it: Debian
 * packages, where this is root on Debian, and programs built from Go modules into the cache (minutes, once).
 * Rejects with `Unavailable` where no cluster can run.
 */
export async function prepareCluster(log: Log): Promise<void> {
  const lacking = [...lackingPackages(), ...IMAGE_PACKAGES.filter((name) => findProgram(name) === undefined)];
  if (lacking.length > 0 && mayInstallPackages()) await install(lacking, log);
  await requireNode();
  // One after the other: each build uses every core by itself.
  for (const name of CLUSTER_PROGRAMS) await builtProgram(name);
  await systemImages();
}

async function install(names: readonly string[], log: Log): Promise<void> {
  log(`Installing the Debian packages ${names.join(', ')} (this is root; no service is started).`);
  const allowServices = await forbidServices();
  try {
    await aptGet('install', '--no-install-recommends', ...names).catch(async () => {
      log('Refreshing the list of Debian packages, then once more.');
      await aptGet('update');
      await aptGet('install', '--no-install-recommends', ...names);
    });
  } finally {
    await allowServices();
  }
}

async function aptGet(...args: string[]): Promise<void> {
  const quiet = ['-y', '-q', '-o', 'DPkg::Lock::Timeout=300'];
  await run('apt-get', [...quiet, ...args], { env: { DEBIAN_FRONTEND: 'noninteractive' } });
}

/** The node has a containerd of its own; Debian would start another one. A policy that is there already is kept. */
async function forbidServices(): Promise<() => Promise<void>> {
  const policy = '/usr/sbin/policy-rc.d';
  try {
    await writeFile(policy, '#!/bin/sh\nexit 101\n', { flag: 'wx', mode: 0o755 });
    return () => rm(policy, { force: true });
  } catch {
    return () => Promise.resolve();
  }
}
