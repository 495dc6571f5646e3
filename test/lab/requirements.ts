import { readFile } from 'node:fs/promises';
import { findProgram, isRoot } from '../servers/programs.ts';
import { capture } from '../servers/process.ts';
import { Unavailable } from '../servers/unavailable.ts';

const WHAT = 'a Kubernetes cluster';

/** The Debian package of each program a node is made of; `prepareCluster` installs them where it may. */
export const NODE_PACKAGES: Readonly<Record<string, string>> = {
  containerd: 'containerd',
  ctr: 'containerd',
  'containerd-shim-runc-v2': 'containerd',
  runc: 'runc',
  iptables: 'iptables',
  conntrack: 'conntrack',
  ethtool: 'ethtool',
  socat: 'socat',
  ip: 'iproute2',
  nsenter: 'util-linux',
  unshare: 'util-linux',
};
export const CNI_PACKAGE = 'containernetworking-plugins';

/** Where distributions keep the CNI plugins. */
const CNI_FOLDERS = ['/usr/lib/cni', '/opt/cni/bin', '/usr/libexec/cni'];

/** The folder of the CNI plugins, or undefined. */
export function cniFolder(): string | undefined {
  return CNI_FOLDERS.find((folder) => findProgram(`${folder}/bridge`) !== undefined);
}

/** Packages whose programs are not there. */
export function lackingPackages(): string[] {
  const lacking = Object.entries(NODE_PACKAGES)
    .filter(([program]) => findProgram(program) === undefined)
    .map(([, name]) => name);
  return [...new Set([...lacking, ...(cniFolder() === undefined ? [CNI_PACKAGE] : [])])];
}

/** Rejects with `Unavailable`, in words that say what to do, where no cluster can run. */
export async function requireNode(): Promise<{ cni: string }> {
  requireRoot();
  const lacking = lackingPackages();
  const cni = cniFolder();
  if (lacking.length > 0 || cni === undefined)
    throw new Unavailable(
      WHAT,
      `these Debian packages (or what they hold) are missing: ${lacking.join(', ')}`,
    );
  if (!(await readFile('/proc/filesystems', 'utf8')).includes('\toverlay\n'))
    throw new Unavailable(WHAT, 'the kernel has no overlay filesystem, in which containers keep their files');
  const namespaces = await capture('unshare', ['--net', '--mount', '--pid', '--fork', 'true']);
  if (namespaces.code !== 0)
    throw new Unavailable(WHAT, `namespaces of its own are refused here: ${namespaces.stderr.trim()}`);
  return { cni };
}

/** Containers need namespaces, mounts and cgroups, which only root may make. */
export function requireRoot(): void {
  if (process.platform !== 'linux')
    throw new Unavailable(WHAT, `it runs on Linux only, and this is ${process.platform}`);
  if (!isRoot()) throw new Unavailable(WHAT, 'this is not root, and a node needs mounts and namespaces');
}
