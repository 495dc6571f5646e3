import { mkdir, writeFile } from 'node:fs/promises';
import { availableParallelism, totalmem } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { builtProgram } from '../servers/kubernetes/programs.ts';
import { capture, run } from '../servers/process.ts';
import { CLUSTER_DOMAIN, DNS_ADDRESS, POD_RANGE, podRangeOf } from './addresses.ts';
import type { ClusterShape, Site } from './control-plane.ts';
import { PAUSE_IMAGE } from './system-images.ts';

/** What containerd needs to know of its node. */
type ContainerdSite = Pick<Site, 'folder' | 'capsule' | 'node'>;

export interface Containerd {
  /** Brings an image's archive into it. */
  readonly importImage: (tarPath: string) => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** Where the containerd of a node keeps its images. */
export const containerdRoot = ({ folder }: Pick<Site, 'folder'>): string => join(folder, 'containerd');

/** Starts containerd with the bridge network. */
export async function startContainerd(site: ContainerdSite, cni: string): Promise<Containerd> {
  const { folder, capsule } = site;
  const socket = socketOf(site);
  const network = join(folder, 'cni');
  await mkdir(network);
  await writeFile(join(network, '10-bridge.conflist'), JSON.stringify(bridge(site)));
  const config = join(folder, 'containerd.toml');
  await writeFile(config, containerdConfig(site, { cni, network }));
  const server = await capsule.start({
    command: 'containerd',
    args: ['--config', config],
    logFile: join(folder, 'containerd.log'),
    readyWhen: { check: async () => (await capture('ctr', ['--address', socket, 'version'])).code === 0 },
  });
  return {
    importImage: async (tarPath) => {
      await run('ctr', ['--address', socket, '--namespace', 'k8s.io', 'images', 'import', tarPath]);
    },
    stop: () => server.stop(),
  };
}

const socketOf = ({ folder }: Pick<Site, 'folder'>): string => join(folder, 'containerd.sock');

/** Pods on one bridge. It enforces no NetworkPolicy. Leases are kept with the cluster, not under /var/lib. */
const bridge = ({ folder, node }: ContainerdSite): object => ({
  cniVersion: '0.4.0',
  name: 'mooring',
  plugins: [
    {
      type: 'bridge',
      bridge: 'cni0',
      isGateway: true,
      ipMasq: true,
      hairpinMode: true,
      ipam: {
        type: 'host-local',
        dataDir: join(folder, 'leases'),
        ranges: [[{ subnet: podRangeOf(node) }]],
        routes: [{ dst: '0.0.0.0/0' }],
      },
    },
    { type: 'portmap', capabilities: { portMappings: true } },
  ],
});

/** JSON's strings are TOML's too. */
function containerdConfig(site: ContainerdSite, paths: { cni: string; network: string }): string {
  const text = (value: string) => JSON.stringify(value);
  return `version = 2
root = ${text(containerdRoot(site))}
state = "/run/containerd"
[grpc]
  address = ${text(socketOf(site))}
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = ${text(PAUSE_IMAGE)}
  # Without CAP_SYS_RESOURCE every sandbox would die of lowering its score.
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = ${text(paths.cni)}
    conf_dir = ${text(paths.network)}
`;
}

/** Starts kubelet and kube-proxy. The node is Ready some seconds later. */
export async function startNode(site: Site): Promise<void> {
  const { folder, capsule, identities, node } = site;
  const config = join(folder, 'kubelet.yaml');
  await writeFile(join(folder, 'resolv.conf'), '');
  await writeFile(config, stringify(kubeletConfig(site)));
  await Promise.all([
    capsule.start({
      command: await builtProgram('kubelet'),
      args: [
        `--config=${config}`,
        `--kubeconfig=${identities.kubeconfigPath(node)}`,
        `--hostname-override=${node}`,
        `--node-ip=${capsule.nodeAddress}`,
        `--root-dir=${join(folder, 'kubelet')}`,
      ],
      logFile: join(folder, 'kubelet.log'),
      readyWhen: { check: async () => (await fetch(`http://${capsule.nodeAddress}:10248/healthz`)).ok },
    }),
    capsule.start({
      command: await builtProgram('kube-proxy'),
      args: [
        `--kubeconfig=${identities.kubeconfigPath('proxy')}`,
        `--cluster-cidr=${POD_RANGE}`,
        `--hostname-override=${node}`,
        '--proxy-mode=iptables',
        // The table's size belongs to the whole machine.
        '--conntrack-max-per-core=0',
      ],
      logFile: join(folder, 'kube-proxy.log'),
      readyWhen: { check: async () => (await fetch(`http://${capsule.nodeAddress}:10256/healthz`)).ok },
    }),
  ]);
}

/** Memory below which a node evicts pods; it is not given to any. */
const evictionMiB = 100;

/** What is left of this machine when its pods have what they may; the kernel holds them to it. */
function reserved({ cpus = availableParallelism(), memoryMiB }: ClusterShape): Record<string, string> {
  const machineKiB = Math.floor(totalmem() / 1_024);
  return {
    cpu: String(Math.max(0, availableParallelism() - cpus)),
    ...(memoryMiB === undefined ? {} : { memory: `${machineKiB - (evictionMiB + memoryMiB) * 1_024}Ki` }),
  };
}

const kubeletConfig = (site: Site): object => ({
  apiVersion: 'kubelet.config.k8s.io/v1beta1',
  kind: 'KubeletConfiguration',
  containerRuntimeEndpoint: `unix://${socketOf(site)}`,
  authentication: {
    anonymous: { enabled: false },
    webhook: { enabled: true },
    x509: { clientCAFile: site.identities.file('ca.crt') },
  },
  authorization: { mode: 'Webhook' },
  tlsCertFile: site.identities.file('server.crt'),
  tlsPrivateKeyFile: site.identities.file('server.key'),
  healthzBindAddress: site.capsule.nodeAddress,
  cgroupDriver: 'cgroupfs',
  cgroupRoot: `/${site.cgroup}`,
  failSwapOn: false,
  clusterDNS: [DNS_ADDRESS],
  clusterDomain: CLUSTER_DOMAIN,
  resolvConf: join(site.folder, 'resolv.conf'),
  systemReserved: reserved(site.shape),
  evictionHard: {
    'memory.available': `${evictionMiB}Mi`,
    'nodefs.available': '1%',
    'imagefs.available': '1%',
  },
  // A test's images are imported, never pulled: none may be collected as unused.
  imageGCHighThresholdPercent: 100,
  // What changed is looked at soon rather than a minute later: Secrets, ConfigMaps, node status.
  syncFrequency: '5s',
});
