import { writeFile } from 'node:fs/promises';
import type { OutgoingHttpHeaders } from 'node:http';
import { join } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import { managedBy } from '../../../charts-ts/constructs/metadata.ts';
import { serverFolder } from '../../servers/folder.ts';
import { requestAs } from '../../servers/kubernetes/api-client.ts';
import { builtProgram } from '../../servers/kubernetes/programs.ts';
import { capture } from '../../servers/process.ts';
import { findProgram } from '../../servers/programs.ts';
import { Unavailable } from '../../servers/unavailable.ts';
import type { Cluster } from '../../lab/cluster.ts';
import { markBorrowed } from './borrowed.ts';

/** How a cluster that is reached by a kubeconfig alone differs from any other. */
export interface Peculiarities {
  /** Its name in reasons for skipping. */
  readonly name: string;
  /** The whole kubeconfig of the one context, as text. */
  readonly kubeconfig: string;
  /** Where its node ports are; absent: the first node's own address. */
  readonly nodeAddress?: string;
  readonly importImage: (cluster: Cluster, tarPath: string) => Promise<void>;
  /** After the namespaces of stacks that tests left are gone. */
  readonly stop?: () => Promise<void>;
}

/**
 * A cluster somebody else made, as tests see one. It must have no stack in it: tests use the names of the default one,
 * and remove at the end every namespace a stack made. What only a cluster of our own can do rejects with `Unavailable`.
 */
export async function kubeconfigCluster(own: Peculiarities): Promise<Cluster> {
  const folder = await serverFolder('kubeconfig');
  const kubeconfigPath = join(folder.path, 'kubeconfig');
  await writeFile(kubeconfigPath, own.kubeconfig, { mode: 0o600 });
  const program = findProgram('kubectl') ?? (await builtProgram('kubectl'));
  const kubectl: Cluster['kubectl'] = (args, options) =>
    capture(program, ['--kubeconfig', kubeconfigPath, ...args], { ...options, env: { KUBERC: 'off' } });
  const lacks = (what: string) => () =>
    Promise.reject(new Unavailable(what, `${own.name} is reached by a kubeconfig alone`));
  const cluster: Cluster = {
    kubeconfigPath,
    nodeAddress: '',
    get hostAddress(): string {
      throw new Unavailable('an address of this machine for pods', `nobody knows it in ${own.name}`);
    },
    logFolder: folder.path,
    kubectl,
    request: requestIn(own.kubeconfig),
    importImage: (tarPath) => own.importImage(cluster, tarPath),
    cutOffFromPods: lacks('cutting a pod off from others'),
    apiServer: { stop: lacks('stopping the API server'), start: lacks('starting the API server') },
    stop: async () => {
      try {
        await removeStacks(cluster);
      } finally {
        await folder.dispose();
        await own.stop?.();
      }
    },
  };
  try {
    cluster.nodeAddress = own.nodeAddress ?? (await firstNodeAddress(cluster));
    await refuseOthersStacks(cluster, own.name);
    // One that the tests made is theirs to disturb.
    if (own.stop === undefined) markBorrowed(cluster, own.name);
    return cluster;
  } catch (error) {
    await folder.dispose();
    await own.stop?.();
    throw error;
  }
}

/** Certificates, tokens and credential plugins are client-node's business. */
function requestIn(kubeconfig: string): Cluster['request'] {
  const config = new KubeConfig();
  config.loadFromString(kubeconfig);
  return requestAs(config.getCurrentCluster()?.server ?? '', async () => {
    const options: { headers: OutgoingHttpHeaders } = { headers: {} };
    await config.applyToHTTPSOptions(options);
    return options;
  });
}

interface Nodes {
  items: { status: { addresses?: { type: string; address: string }[] } }[];
}

async function firstNodeAddress({ request }: Cluster): Promise<string> {
  const { status, json } = await request('GET', '/api/v1/nodes');
  if (status !== 200) throw new Error(`The nodes were asked for, and the answer was ${status}.`);
  const addresses = (json as Nodes).items[0]?.status.addresses ?? [];
  const byType = (wanted: string) => addresses.find(({ type }) => type === wanted)?.address;
  const address = byType('ExternalIP') ?? byType('InternalIP');
  if (address === undefined) throw new Error('No node of the cluster says what its address is.');
  return address;
}

const stackLabels = Object.entries(managedBy)
  .map(([key, value]) => `${key}=${value}`)
  .join(',');

async function stackNamespaces(cluster: Cluster): Promise<string[]> {
  const { code, stdout, stderr } = await cluster.kubectl([
    'get',
    'namespaces',
    '-l',
    stackLabels,
    '-o',
    'name',
  ]);
  if (code !== 0) throw new Error(`The namespaces could not be listed: ${stderr}`);
  return stdout.split('\n').filter((line) => line !== '');
}

async function refuseOthersStacks(cluster: Cluster, name: string): Promise<void> {
  const found = await stackNamespaces(cluster);
  if (found.length === 0) return;
  throw new Error(
    `${name} has stacks already (${found.join(', ')}), and the tests would change and remove them. ` +
      'Use a cluster without one, or delete them.',
  );
}

async function removeStacks(cluster: Cluster): Promise<void> {
  const found = await stackNamespaces(cluster);
  if (found.length === 0) return;
  const { code, stderr } = await cluster.kubectl(['delete', '--timeout=300s', ...found]);
  if (code !== 0) throw new Error(`What the tests made could not be removed: ${stderr}`);
}
