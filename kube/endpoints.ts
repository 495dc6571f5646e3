import type { EndpointSliceList } from 'kubernetes-types/discovery/v1.js';
import type { Cluster } from './cluster.ts';
import type { PodPort } from './port-forward.ts';

/**
 * The pods and the port behind one named port of a Service, from its EndpointSlices. Empty when its selector or its
 * targetPort matches nothing, or no pod is ready.
 */
export async function endpointsOf(
  { api }: Cluster,
  { namespace, service, port }: { namespace: string; service: string; port: string },
  signal?: AbortSignal,
): Promise<PodPort[]> {
  const path = `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices`;
  const query = { labelSelector: `kubernetes.io/service-name=${service}` };
  const { json } = await api.request('GET', path, { query, signal });
  return (json as EndpointSliceList).items.flatMap(({ ports = [], endpoints }) => {
    const number = ports.find(({ name }) => name === port)?.port;
    return number === undefined
      ? []
      : // The API server writes an empty list as null.
        ((endpoints as typeof endpoints | null) ?? []).flatMap(({ conditions, targetRef }) =>
          conditions?.ready === true && targetRef?.kind === 'Pod' && targetRef.name
            ? [{ namespace, pod: targetRef.name, port: number }]
            : [],
        );
  });
}
