import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { retryIfPortTaken } from '../ports.ts';
import { capture, type RunningProcess } from '../process.ts';
import { apiClient, type ApiAnswer, type ApiClient } from './api-client.ts';
import { auditFlags, auditLog, type AuditEvent } from './audit-log.ts';
import { startEtcd } from './etcd.ts';
import { startKubeApiserver, type Identity, type KubeApiserver } from './kube-apiserver.ts';
import { kubeconfig } from './kubeconfig.ts';
import { kubernetesBinaries, type KubernetesBinaries } from './programs.ts';

/** A real API server with default admission and nothing behind it: no controllers, no scheduler, no nodes. */
export interface ApiServer {
  url: string;
  /** Holds the administrator's certificates; works for any Kubernetes client. */
  kubeconfigPath: string;
  caPem: string;
  clientCertPem: string;
  clientKeyPem: string;
  whereabouts: Whereabouts;
  /** Every request of the API server so far; only where it was started with `audit`. */
  audit(): Promise<AuditEvent[]>;
  /** The process ids of etcd and kube-apiserver, for tests of their end. */
  pids: number[];
  /** Runs kubectl as the administrator; a failing exit code is an answer, not an error. */
  kubectl(
    args: readonly string[],
    options?: { input?: string },
  ): Promise<{ stdout: string; stderr: string; code: number | null }>;
  request: ApiClient['request'];
  createNamespace(name: string, labels?: Record<string, string>): Promise<void>;
  /** Ends both processes and removes their folder. */
  stop(): Promise<void>;
}

export interface ApiServerOptions {
  /** Whether it keeps an audit log. */
  readonly audit?: boolean;
  /** Further flags of kube-apiserver. */
  readonly flags?: readonly string[];
}

/**
 * Starts etcd and kube-apiserver on free loopback ports in a folder of their own. Any number may run side by side.
 * Rejects with `Unavailable` when the programs cannot be had on this machine.
 */
export async function startApiServer(options: ApiServerOptions = {}): Promise<ApiServer> {
  const binaries = await kubernetesBinaries();
  return retryIfPortTaken(() => start(binaries, options));
}

async function start(
  binaries: KubernetesBinaries,
  { audit = false, flags = [] }: ApiServerOptions,
): Promise<ApiServer> {
  const folder = await mkdtemp(join(tmpdir(), 'mooring-apiserver-'));
  let etcd: RunningProcess | undefined;
  try {
    const store = await startEtcd(binaries.etcd, folder);
    etcd = store;
    const server = await startKubeApiserver(binaries.kubeApiserver, {
      ...{ folder, etcdUrl: store.url },
      flags: [...flags, ...(audit ? await auditFlags(folder) : [])],
    });
    return await assemble({ folder, kubectl: binaries.kubectl, etcd: store, server });
  } catch (error) {
    await etcd?.stop();
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

interface Parts {
  folder: string;
  kubectl: string;
  etcd: RunningProcess;
  server: KubeApiserver;
}

async function assemble({ folder, kubectl, etcd, server }: Parts): Promise<ApiServer> {
  const { url, identity } = server;
  await writeFile(kubeconfigIn(folder), kubeconfig(url, identity), { mode: 0o600 });
  const whereabouts = { url, identity, folder, kubectl, pids: [etcd.pid, server.pid] };
  const connected = connectTo(whereabouts);
  return {
    ...connected,
    stop: async () => {
      await connected.stop();
      await server.stop();
      await etcd.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** What another process needs to use an API server that runs; it can be sent as JSON. */
export interface Whereabouts {
  readonly url: string;
  readonly identity: Identity;
  readonly folder: string;
  /** The path of the program. */
  readonly kubectl: string;
  readonly pids: number[];
}

const kubeconfigIn = (folder: string): string => join(folder, 'kubeconfig');

/** An API server that runs; to stop it closes the connections to it only. */
export function connectTo(whereabouts: Whereabouts): ApiServer {
  const { url, identity, folder, kubectl, pids } = whereabouts;
  const client = apiClient(url, identity);
  const kubeconfigPath = kubeconfigIn(folder);
  // Neither the user's preferences nor their cache of another cluster's API may play a part.
  const own = ['--kubeconfig', kubeconfigPath, '--cache-dir', join(folder, 'kubectl-cache')];
  return {
    url,
    kubeconfigPath,
    caPem: identity.ca,
    clientCertPem: identity.cert,
    clientKeyPem: identity.key,
    whereabouts,
    audit: () => auditLog(folder),
    pids,
    kubectl: (args, options) => capture(kubectl, [...own, ...args], { ...options, env: { KUBERC: 'off' } }),
    request: client.request,
    createNamespace: (name, labels = {}) => createNamespace(client, name, labels),
    stop: () => Promise.resolve(client.close()),
  };
}

/**
 * Makes a Namespace and, in it, the ServiceAccount `default`. In a cluster a controller makes that one; here there
 * is none, and without it admission refuses every Pod that names no ServiceAccount of its own. (Turning that
 * admission plugin off would hide it when a Pod names one that does not exist.)
 */
async function createNamespace(
  client: ApiClient,
  name: string,
  labels: Record<string, string>,
): Promise<void> {
  const api = '/api/v1/namespaces';
  mustBeCreated(
    await client.request('POST', api, { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } }),
  );
  mustBeCreated(
    await client.request('POST', `${api}/${name}/serviceaccounts`, {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: 'default' },
    }),
  );
}

function mustBeCreated(answer: ApiAnswer): void {
  if (answer.status === 201) return;
  throw new Error(`The API server answered ${answer.status} instead of 201: ${JSON.stringify(answer.json)}`);
}
