import type { KubeConfig } from '@kubernetes/client-node';
import { isLoopback } from '../model/loopback.ts';
import { fieldManager } from '../model/names.ts';
import type { Cluster } from '../kube/cluster.ts';
import type { ClusterOptions } from './options.ts';
import { note } from './output.ts';

/** The cluster a command speaks to. */
export interface Target {
  readonly cluster: Cluster;
  readonly kubeConfig: KubeConfig;
  readonly context: string;
  readonly server: string;
  /** A kind cluster on this machine: changes need no confirmation. */
  readonly isKind: boolean;
}

/**
 * The cluster that is meant: `--kubeconfig` and `--context`, else what kubectl would use.
 * @throws ClusterError NO_CONTEXT, naming the contexts there are.
 */
export async function findTarget(options: Pick<ClusterOptions, 'context' | 'kubeconfig'>): Promise<Target> {
  const { openCluster } = await import('../kube/cluster.ts');
  const cluster = openCluster(options, fieldManager);
  const { kubeConfig, context, server } = cluster.api;
  return { cluster, kubeConfig, context, server, isKind: isKind(context, server) };
}

/** kind names its contexts `kind-…` and listens on loopback; a remote cluster of such a name is not one. */
export function isKind(context: string, server: string): boolean {
  const { hostname } = new URL(server);
  return context.startsWith('kind-') && isLoopback(hostname);
}

/** Prints the cluster and the namespace that a command is about to change. */
export function announce({ context, server }: Target, namespace: string): void {
  note(`Context ${context} (${server}), namespace ${namespace}`);
}
