import { builtProgram } from '../servers/kubernetes/programs.ts';
import { installPackages } from '../servers/packages.ts';
import { findProgram, mayInstallPackages } from '../servers/programs.ts';
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
  if (lacking.length > 0 && mayInstallPackages()) await installPackages(lacking, log);
  await requireNode();
  // One after the other: each build uses every core by itself.
  for (const name of CLUSTER_PROGRAMS) await builtProgram(name);
  await systemImages();
}
