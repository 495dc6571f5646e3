import type { Cluster } from './cluster.ts';
import type { PodPort } from './port-forward.ts';

interface EndpointSlice {
  readonly ports?: readonly { readonly name?: string; readonly port?: number }[];
  readonly endpoints?: readonly {
    readonly conditions?: { readonly ready?: boolean };
    readonly targetRef?: { readonly kind?: string; readonly name?: string };
  }[];
}

/**
 * Where a Service really leads: the pods and the port its EndpointSlices have for one of its named ports. Empty when
 * its selector or its targetPort finds nothing, or no pod is ready.
 */
export async function endpointsOf(
  { api }: Cluster,
  { namespace, service, port }: { namespace: string; service: string; port: string },
  signal?: AbortSignal,
): Promise<PodPort[]> {
  const path = `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices`;
  const query = { labelSelector: `kubernetes.io/service-name=${service}` };
  const { json } = await api.request('GET', path, { query, signal });
  return (json as { items: EndpointSlice[] }).items.flatMap(({ ports = [], endpoints = [] }) => {
    const number = ports.find(({ name }) => name === port)?.port;
    return number === undefined
      ? []
      : endpoints.flatMap(({ conditions, targetRef }) =>
          conditions?.ready === true && targetRef?.kind === 'Pod' && targetRef.name
            ? [{ namespace, pod: targetRef.name, port: number }]
            : [],
        );
  });
}
