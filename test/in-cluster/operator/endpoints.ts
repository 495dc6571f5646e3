import { openCluster } from '../../../kube/cluster.ts';
import type { KubeObject } from '../../../kube/objects.ts';
import { Cache } from '../../../operator/runtime/cache.ts';
import { Informer } from '../../../operator/runtime/informer.ts';
import type { Cluster } from '../../lab/cluster.ts';

interface EndpointSlice extends KubeObject {
  readonly endpoints?:
    readonly { readonly addresses: readonly string[]; readonly conditions?: { ready?: boolean } }[] | null;
}

export interface EndpointsWatch {
  /** Endpoints that are ready now, as `demo-backend 10.244.0.7`. */
  readonly ready: () => string[];
  /** Endpoints that were ready and then were not, in the order in which they were lost. */
  readonly lost: readonly string[];
  readonly stop: () => void;
}

/** Watches the EndpointSlices of a namespace, as kube-proxy does: a state that lasted for a moment only is seen too. */
export async function watchEndpoints(cluster: Cluster, namespace: string): Promise<EndpointsWatch> {
  const { api } = openCluster({ kubeconfig: cluster.kubeconfigPath }, 'test');
  const cache = new Cache<readonly string[]>();
  const lost: string[] = [];
  const stopping = new AbortController();
  const informer = new Informer({
    collection: { api, path: `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices` },
    cache,
    project: readyIn,
    onChange: ({ before = [], now = [] }) => lost.push(...before.filter((one) => !now.includes(one))),
    // A watch that ended missed nothing: the next one goes on where it was.
    onRestart: () => undefined,
  });
  const running = informer.run(stopping.signal);
  await informer.synced;
  return {
    lost,
    ready: () => cache.keys().flatMap((key) => cache.get(key) ?? []),
    stop: () => {
      stopping.abort();
      void running.then(() => api.close());
    },
  };
}

const readyIn = (object: KubeObject): string[] => {
  const { metadata, endpoints } = object as EndpointSlice;
  const service = metadata.labels?.['kubernetes.io/service-name'] ?? '';
  return (endpoints ?? [])
    .filter(({ conditions }) => conditions?.ready !== false)
    .flatMap(({ addresses }) => addresses.map((address) => `${service} ${address}`));
};
