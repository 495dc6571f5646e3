import { join } from 'node:path';
import { apiClient, type ApiClient } from '../servers/kubernetes/api-client.ts';
import { builtProgram } from '../servers/kubernetes/programs.ts';
import { until } from '../servers/poll.ts';
import type { RunningProcess } from '../servers/process.ts';
import { apiUrl, SERVICE_RANGE } from './addresses.ts';
import type { Capsule } from './capsule.ts';
import type { Identities } from './identities.ts';

/** How many nodes there are, and how much of this machine each gives to its pods. */
export interface ClusterShape {
  readonly nodes?: 1 | 2;
  readonly cpus?: number;
  readonly memoryMiB?: number;
}

/** What a node, and on the first one the control plane, is made of. */
export interface Site {
  node: string;
  shape: ClusterShape;
  folder: string;
  /** The name of the cgroup above all pods. */
  cgroup: string;
  capsule: Capsule;
  identities: Identities;
}

export interface ApiServerProcess {
  /** Speaks as the administrator. */
  client: ApiClient;
  /** Ends the API server; `start` brings it back on the same address, over the same etcd. */
  stop(): Promise<void>;
  start(): Promise<void>;
}

/** Starts etcd and, over it, the API server. Not durable: nothing is ever synced to disk. */
export async function startApiServer(site: Site): Promise<ApiServerProcess> {
  const { folder, capsule, identities } = site;
  const etcd = `http://${capsule.nodeAddress}:2379`;
  await capsule.start({
    command: await builtProgram('etcd'),
    args: [
      `--data-dir=${join(folder, 'etcd')}`,
      `--listen-client-urls=${etcd}`,
      `--advertise-client-urls=${etcd}`,
      '--listen-peer-urls=http://127.0.0.1:2380',
      '--unsafe-no-fsync',
    ],
    logFile: join(folder, 'etcd.log'),
    readyWhen: { check: async () => (await fetch(new URL('/health', etcd))).ok },
  });
  const client = apiClient(apiUrl(capsule.nodeAddress), identities.of.admin);
  const command = await builtProgram('kube-apiserver');
  const launch = () =>
    capsule.start({
      command,
      args: apiServerFlags(site, etcd),
      logFile: join(folder, 'kube-apiserver.log'),
      readyWhen: { check: () => isOk(client, '/readyz') },
    });
  let running: RunningProcess = await launch();
  return {
    client,
    stop: () => running.stop(),
    start: async () => {
      running = await launch();
    },
  };
}

function apiServerFlags({ capsule, identities }: Site, etcd: string): string[] {
  return [
    `--etcd-servers=${etcd}`,
    `--advertise-address=${capsule.nodeAddress}`,
    '--secure-port=6443',
    `--service-cluster-ip-range=${SERVICE_RANGE}`,
    `--tls-cert-file=${identities.file('server.crt')}`,
    `--tls-private-key-file=${identities.file('server.key')}`,
    `--client-ca-file=${identities.file('ca.crt')}`,
    '--authorization-mode=Node,RBAC',
    '--enable-admission-plugins=NodeRestriction',
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-key-file=${identities.file('token.pub')}`,
    `--service-account-signing-key-file=${identities.file('token.key')}`,
    `--kubelet-certificate-authority=${identities.file('ca.crt')}`,
    `--kubelet-client-certificate=${identities.file('admin.crt')}`,
    `--kubelet-client-key=${identities.file('admin.key')}`,
    // The node's name means nothing to any DNS, so logs and exec must dial its address.
    '--kubelet-preferred-address-types=InternalIP',
    '--allow-privileged=true',
    // A test's last request must not hold the API server back when it is to go.
    '--shutdown-delay-duration=0s',
  ];
}

/** Starts the controllers and the scheduler, once the API server has made the roles they act by. */
export async function startControllers(site: Site): Promise<void> {
  const { folder, capsule, identities } = site;
  await waitForRoles(site);
  const start = async (name: 'kube-controller-manager' | 'kube-scheduler', port: number, flags: string[]) => {
    const client = apiClient(`https://${capsule.nodeAddress}:${port}`, identities.of.admin);
    await capsule.start({
      command: await builtProgram(name),
      args: [
        ...flags,
        `--tls-cert-file=${identities.file('server.crt')}`,
        `--tls-private-key-file=${identities.file('server.key')}`,
        '--leader-elect=false',
      ],
      logFile: join(folder, `${name}.log`),
      readyWhen: { check: () => isOk(client, '/healthz') },
    });
    client.close();
  };
  const actAs = (path: string) =>
    ['kubeconfig', 'authentication-kubeconfig', 'authorization-kubeconfig'].map(
      (flag) => `--${flag}=${path}`,
    );
  await Promise.all([
    start('kube-controller-manager', 10_257, [
      ...actAs(identities.kubeconfigPath('controller-manager')),
      `--service-account-private-key-file=${identities.file('token.key')}`,
      `--root-ca-file=${identities.file('ca.crt')}`,
      '--use-service-account-credentials',
      '--allocate-node-cidrs=false',
    ]),
    start('kube-scheduler', 10_259, actAs(identities.kubeconfigPath('scheduler'))),
  ]);
}

/** The controllers exit if they may not read this yet: the API server makes its roles after it says it is ready. */
async function waitForRoles({ capsule, identities }: Site): Promise<void> {
  const client = apiClient(apiUrl(capsule.nodeAddress), identities.of['controller-manager']);
  const path = '/api/v1/namespaces/kube-system/configmaps/extension-apiserver-authentication';
  await until(`the API server to let controllers read ${path}`, () => isOk(client, path), 30_000).finally(
    () => client.close(),
  );
}

async function isOk(client: ApiClient, path: string): Promise<boolean> {
  return (await client.request('GET', path)).status === 200;
}
