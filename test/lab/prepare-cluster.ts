import { builtProgram } from '../servers/kubernetes/programs.ts';
import { installPackages } from '../servers/packages.ts';
import { findProgram, mayInstallPackages } from '../servers/programs.ts';
import { buildImages } from '../images/build-images.ts';
import { sideBySide } from '../servers/side-by-side.ts';
import { CLUSTER_PROGRAMS } from './cluster.ts';
import { lackingPackages, requireNode } from './requirements.ts';
import { imageStore } from './image-store.ts';

type Log = (line: string) => void;

/** Images are built by these; a cluster itself does not need them. */
const IMAGE_PACKAGES = ['buildah', 'debootstrap'];

/**
 * Makes sure that `startCluster` and `buildImages` find what they need, saying each step before doing it: Debian
 * packages, where this is root on Debian, then programs built from Go modules and the images of a stack, side by side
 * (minutes, once). Rejects with `Unavailable` where no cluster can run or no image can be built.
 */
export async function prepareCluster(log: Log): Promise<void> {
  const lacking = [...lackingPackages(), ...IMAGE_PACKAGES.filter((name) => findProgram(name) === undefined)];
  if (lacking.length > 0 && mayInstallPackages()) await installPackages(lacking, log);
  const { cni } = await requireNode();
  // Images mostly wait for the network and the disk, programs for the cores.
  await sideBySide([buildPrograms(), buildImages(log)]);
  await imageStore(cni);
}

async function buildPrograms(): Promise<void> {
  await sideBySide(CLUSTER_PROGRAMS.map(builtProgram));
}
