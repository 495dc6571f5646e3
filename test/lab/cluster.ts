import { mkdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { ApiClient } from '../servers/kubernetes/api-client.ts';
import { builtProgram, type ProgramName } from '../servers/kubernetes/programs.ts';
import { until } from '../servers/poll.ts';
import { capture } from '../servers/process.ts';
import { createCapsule, type Capsule } from './capsule.ts';
import { makeCgroup } from './cgroups.ts';
import { cutOffFromPods } from './cut-off.ts';
import {
  startApiServer,
  startControllers,
  type ApiServerProcess,
  type ClusterShape,
  type Site,
} from './control-plane.ts';
import { createIdentities } from './identities.ts';
import { joinNodes } from './link.ts';
import { NODE_NAME, podRangeOf, SECOND_NODE_NAME } from './addresses.ts';
import { copyStore, imageStore } from './image-store.ts';
import { containerdRoot, startContainerd, startNode } from './node.ts';
import { makePlace, removePlace, type Place } from './place.ts';
import { requireNode } from './requirements.ts';
import { dnsObjects, storageObjects } from './system-objects.ts';

/** What a cluster is made of beside Debian's packages. */
export const CLUSTER_PROGRAMS: readonly ProgramName[] = [
  'etcd',
  'kube-apiserver',
  'kubectl',
  'kube-controller-manager',
  'kube-scheduler',
  'kubelet',
  'kube-proxy',
  'coredns',
];

/**
 * A real Kubernetes of one node or two: kubelet, containerd, a bridge network, kube-proxy, DNS and a StorageClass. The
 * control plane is on the first node, and so are all volumes.
 */
export interface Cluster {
  /** The administrator's; works for any Kubernetes client on this machine. */
  kubeconfigPath: string;
  /** Where node ports and the API server are reached from this machine. */
  nodeAddress: string;
  /** Where pods reach what this machine listens on. */
  hostAddress: string;
  /** Logs of the cluster's own programs, one file each. */
  logFolder: string;
  /** Runs kubectl as the administrator; a failing exit code is an answer, not an error. */
  kubectl(
    args: readonly string[],
    options?: { input?: string },
  ): Promise<{ stdout: string; stderr: string; code: number | null }>;
  request: ApiClient['request'];
  /** Brings an image's archive onto every node, where a pod finds it without a pull. */
  importImage(tarPath: string): Promise<void>;
  /** For tests of its absence: nothing else of the cluster ends. */
  apiServer: Pick<ApiServerProcess, 'stop' | 'start'>;
  /** Keeps the pod with an address from reaching any other pod; resolves to what undoes it. */
  cutOffFromPods(podAddress: string): Promise<() => Promise<void>>;
  /** Ends everything and removes every trace of it. */
  stop(): Promise<void>;
}

/**
 * Starts a cluster in namespaces of its own; any number may run side by side. Resolves when its node and its DNS are
 * ready. Rejects with `Unavailable` where none can run, and leaves nothing behind when it rejects.
 * @param shape how many nodes, and what their pods may have of this machine; absent: one, and all of it.
 */
export async function startCluster(shape: ClusterShape = {}): Promise<Cluster> {
  const { cni } = await requireNode();
  // Before anything runs: a cold build takes minutes, in which no half-started cluster is to wait.
  for (const name of CLUSTER_PROGRAMS) await builtProgram(name);
  await imageStore(cni);
  const place = await makePlace();
  const capsules: Capsule[] = [];
  try {
    const folders = [place.folder, ...(shape.nodes === 2 ? [await secondFolder(place)] : [])];
    for (const folder of folders) capsules.push(await createCapsule(folder, basename(place.folder)));
    return await assemble(await sitesOf(place, shape, capsules), cni, place);
  } catch (error) {
    await destroyAll(capsules);
    await removePlace(place);
    throw error;
  }
}

async function secondFolder({ folder }: Place): Promise<string> {
  const path = join(folder, SECOND_NODE_NAME);
  await mkdir(path);
  return path;
}

const destroyAll = (capsules: readonly Capsule[]) => Promise.all(capsules.map((one) => one.destroy()));

/** What each node is made of, the first one first. */
async function sitesOf(
  { folder, cgroup }: Place,
  shape: ClusterShape,
  [first, second]: readonly Capsule[],
): Promise<[Site, ...Site[]]> {
  if (first === undefined) throw new Error('A cluster has at least one node.');
  const others = second === undefined ? [] : [second.nodeAddress];
  const identities = await createIdentities(folder, [first.nodeAddress, ...others]);
  const site: Site = { node: NODE_NAME, shape, folder, cgroup, capsule: first, identities };
  if (second === undefined) return [site];
  await joinNodes(
    { ...first, podRange: podRangeOf(NODE_NAME) },
    { ...second, podRange: podRangeOf(SECOND_NODE_NAME) },
  );
  const node = SECOND_NODE_NAME;
  const own = { folder: join(folder, node), cgroup: join(cgroup, node), capsule: second };
  return [site, { ...site, ...own, node }];
}

async function assemble(sites: [Site, ...Site[]], cni: string, place: Place): Promise<Cluster> {
  const [{ folder, capsule, identities }] = sites;
  const [imports, apiServer] = await Promise.all([prepareNodes(sites, cni), startApiServer(sites[0])]);
  await Promise.all([startControllers(sites[0]), ...sites.map(startNode)]);

  const kubeconfigPath = identities.kubeconfigPath('admin');
  const program = await builtProgram('kubectl');
  const own = ['--kubeconfig', kubeconfigPath, '--cache-dir', join(folder, 'kubectl-cache')];
  const cluster: Cluster = {
    kubeconfigPath,
    nodeAddress: capsule.nodeAddress,
    hostAddress: capsule.hostAddress,
    logFolder: folder,
    kubectl: (args, options) => capture(program, [...own, ...args], { ...options, env: { KUBERC: 'off' } }),
    request: apiServer.client.request,
    importImage: async (tarPath) => {
      for (const importImage of imports) await importImage(tarPath);
    },
    apiServer,
    cutOffFromPods: (podAddress) =>
      cutOffFromPods(
        sites.map((site) => site.capsule),
        podAddress,
      ),
    stop: async () => {
      apiServer.client.close();
      await destroyAll(sites.map((site) => site.capsule));
      await removePlace(place);
    },
  };
  await furnish(cluster, sites);
  return cluster;
}

/** Answers how an image comes onto each node. */
async function prepareNodes(sites: readonly Site[], cni: string): Promise<Cluster['importImage'][]> {
  for (const { cgroup } of sites) await makeCgroup(cgroup);
  return Promise.all(
    sites.map(async (site) => {
      const store = await imageStore(cni);
      await copyStore(store, containerdRoot(site));
      const { importImage } = await startContainerd(site, cni);
      return async (tarPath) => {
        if (!store.archives.includes(tarPath)) await importImage(tarPath);
      };
    }),
  );
}

/** Adds what a cluster has beside Kubernetes itself, and waits until pods can use it. */
async function furnish(cluster: Cluster, sites: readonly [Site, ...Site[]]): Promise<void> {
  const items = [...dnsObjects, ...(await storageObjects(sites[0].folder))];
  const input = JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
  const { code, stderr } = await cluster.kubectl(['create', '-f', '-'], { input });
  if (code !== 0) throw new Error(`The cluster did not take its own objects: ${stderr}`);
  for (const { node } of sites) await condition(cluster, `/api/v1/nodes/${node}`, 'Ready');
  await condition(cluster, '/apis/apps/v1/namespaces/kube-system/deployments/coredns', 'Available');
  const account = '/api/v1/namespaces/default/serviceaccounts/default';
  await until(
    `${account} to exist`,
    async () => (await cluster.request('GET', account)).status === 200,
    timeoutMs,
  );
}

const timeoutMs = 120_000;

interface Conditions {
  status?: { conditions?: { type: string; status: string }[] };
}

function condition(cluster: Cluster, path: string, type: string): Promise<void> {
  const holds = async (): Promise<boolean> => {
    const { json } = await cluster.request('GET', path);
    const { conditions = [] } = (json as Conditions).status ?? {};
    return conditions.some((one) => one.type === type && one.status === 'True');
  };
  return until(`${path} to be ${type}`, holds, timeoutMs);
}
