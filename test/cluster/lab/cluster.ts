import { join } from 'node:path';
import type { ApiClient } from '../../servers/kubernetes/api-client.ts';
import { builtProgram, type ProgramName } from '../../servers/kubernetes/programs.ts';
import { poll } from '../../servers/poll.ts';
import { capture } from '../../servers/process.ts';
import { createCapsule, type Capsule } from './capsule.ts';
import { makeCgroup } from './cgroups.ts';
import {
  startApiServer,
  startControllers,
  type ApiServerProcess,
  type NodeSize,
  type Site,
} from './control-plane.ts';
import { createIdentities } from './identities.ts';
import { NODE_NAME } from './addresses.ts';
import { startContainerd, startNode } from './node.ts';
import { makePlace, removePlace, type Place } from './place.ts';
import { requireNode } from './requirements.ts';
import { systemImages } from './system-images.ts';
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

/** A real Kubernetes of one node: kubelet, containerd, a bridge network, kube-proxy, DNS and a StorageClass. */
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
  /** Brings an image's archive onto the node, where a pod finds it without a pull. */
  importImage(tarPath: string): Promise<void>;
  /** For tests of its absence: nothing else of the cluster ends. */
  apiServer: Pick<ApiServerProcess, 'stop' | 'start'>;
  /** Ends everything and removes every trace of it. */
  stop(): Promise<void>;
}

/**
 * Starts a cluster in namespaces of its own; any number may run side by side. Resolves when its node and its DNS are
 * ready. Rejects with `Unavailable` where none can run, and leaves nothing behind when it rejects.
 * @param size what pods may have of this machine; absent: all of it.
 */
export async function startCluster(size: NodeSize = {}): Promise<Cluster> {
  const { cni } = await requireNode();
  // Before anything runs: a cold build takes minutes, in which no half-started cluster is to wait.
  for (const name of CLUSTER_PROGRAMS) await builtProgram(name);
  const place = await makePlace();
  let capsule: Capsule | undefined;
  try {
    capsule = await createCapsule(place.folder);
    return await assemble({ ...place, size }, capsule, cni);
  } catch (error) {
    await capsule?.destroy();
    await removePlace(place);
    throw error;
  }
}

async function assemble(place: Place & { size: NodeSize }, capsule: Capsule, cni: string): Promise<Cluster> {
  const { folder } = place;
  const identities = await createIdentities(folder, capsule.nodeAddress);
  const site: Site = { ...place, capsule, identities };
  const [importImage, apiServer] = await Promise.all([prepareNode(site, cni), startApiServer(site)]);
  await Promise.all([startControllers(site), startNode(site)]);

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
    importImage,
    apiServer,
    stop: async () => {
      apiServer.client.close();
      await capsule.destroy();
      await removePlace(place);
    },
  };
  await furnish(cluster, folder);
  return cluster;
}

async function prepareNode(site: Site, cni: string): Promise<Cluster['importImage']> {
  await makeCgroup(site.cgroup);
  const importImage = await startContainerd(site, cni);
  for (const tarPath of await systemImages()) await importImage(tarPath);
  return importImage;
}

/** Adds what a cluster has beside Kubernetes itself, and waits until pods can use it. */
async function furnish(cluster: Cluster, folder: string): Promise<void> {
  const items = [...dnsObjects, ...(await storageObjects(folder))];
  const input = JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
  const { code, stderr } = await cluster.kubectl(['create', '-f', '-'], { input });
  if (code !== 0) throw new Error(`The cluster did not take its own objects: ${stderr}`);
  await condition(cluster, `/api/v1/nodes/${NODE_NAME}`, 'Ready');
  await condition(cluster, '/apis/apps/v1/namespaces/kube-system/deployments/coredns', 'Available');
  const account = '/api/v1/namespaces/default/serviceaccounts/default';
  await until(`${account} to exist`, async () => (await cluster.request('GET', account)).status === 200);
}

interface Conditions {
  status?: { conditions?: { type: string; status: string }[] };
}

function condition(cluster: Cluster, path: string, type: string): Promise<void> {
  return until(`${path} to be ${type}`, async () => {
    const { json } = await cluster.request('GET', path);
    return (
      (json as Conditions).status?.conditions?.some((one) => one.type === type && one.status === 'True') ===
      true
    );
  });
}

async function until(what: string, check: () => Promise<boolean>): Promise<void> {
  const timeoutMs = 120_000;
  if ((await poll(check, { timeoutMs })) !== 'met') throw new Error(`Waited ${timeoutMs} ms for ${what}.`);
}
