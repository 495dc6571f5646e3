import type { Cluster } from '../../lab/cluster.ts';
import { until } from '../stack/until.ts';
import { requireOwn } from '../target/borrowed.ts';
import type { ClusterFault } from './whole-cluster.ts';

interface Pods {
  items: {
    metadata: { deletionTimestamp?: string };
    status: { conditions?: { type: string; status: string }[] };
  }[];
}

/** The cluster's DNS has no server for 10 s. */
export function dnsAway(cluster: Cluster): ClusterFault {
  requireOwn(cluster, 'the absence of its DNS');
  const pods = '/api/v1/namespaces/kube-system/pods?labelSelector=k8s-app%3Dkube-dns';
  const scale = async (replicas: number) => {
    const args = ['-n', 'kube-system', 'scale', 'deployment/coredns', `--replicas=${replicas}`];
    const { code, stderr } = await cluster.kubectl(args);
    if (code !== 0) throw new Error(`The DNS was not scaled: ${stderr}`);
    await until(`${replicas} servers of the DNS`, async () => (await servers()) === replicas);
  };
  /** Ready ones, and those that are ending, which still answer. */
  const servers = async () => {
    const { json } = await cluster.request('GET', pods);
    return (json as Pods).items.filter(({ metadata, status }) => {
      const ready = status.conditions?.some((one) => one.type === 'Ready' && one.status === 'True') === true;
      return ready || metadata.deletionTimestamp !== undefined;
    }).length;
  };
  return { begin: () => scale(0), end: () => scale(1), lastsMs: 10_000 };
}

/** Nobody answers for the API server for 30 s. */
export function apiServerAway(cluster: Cluster): ClusterFault {
  requireOwn(cluster, 'the absence of its API server');
  const { apiServer } = cluster;
  let away = false;
  return {
    lastsMs: 30_000,
    begin: async () => {
      away = true;
      await apiServer.stop();
    },
    end: async () => {
      if (away) await apiServer.start();
      away = false;
    },
  };
}
