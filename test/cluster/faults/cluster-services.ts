import type { Cluster } from '../lab/cluster.ts';
import { until } from '../stack/until.ts';
import { requireOwn } from '../target/borrowed.ts';
import type { ClusterFault } from './whole-cluster.ts';

/** The cluster's DNS has no server for 10 s. */
export function dnsAway(cluster: Cluster): ClusterFault {
  requireOwn(cluster, 'the absence of its DNS');
  const deployment = '/apis/apps/v1/namespaces/kube-system/deployments/coredns';
  const scale = async (replicas: number) => {
    const args = ['-n', 'kube-system', 'scale', 'deployment/coredns', `--replicas=${replicas}`];
    const { code, stderr } = await cluster.kubectl(args);
    if (code !== 0) throw new Error(`The DNS was not scaled: ${stderr}`);
    await until(`${replicas} replicas of the DNS`, async () => (await readyReplicas()) === replicas);
  };
  const readyReplicas = async () => {
    const { json } = await cluster.request('GET', deployment);
    return (json as { status: { readyReplicas?: number } }).status.readyReplicas ?? 0;
  };
  return { begin: () => scale(0), end: () => scale(1), lastsMs: 10_000 };
}

/** Nobody answers for the API server for 30 s. */
export function apiServerAway(cluster: Cluster): ClusterFault {
  requireOwn(cluster, 'the absence of its API server');
  const { apiServer } = cluster;
  return { begin: () => apiServer.stop(), end: () => apiServer.start(), lastsMs: 30_000 };
}
