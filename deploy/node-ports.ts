import type { Cluster } from '../kube/cluster.ts';
import type { Service } from '../kube/kinds.ts';
import { nameOf, type KubeObject } from '../kube/objects.ts';

/** `30080/TCP` for each node port of a Service. */
const nodePortsOf = (service: KubeObject): string[] =>
  ((service as Service).spec.ports ?? []).flatMap(({ nodePort, protocol = 'TCP' }) =>
    nodePort === undefined ? [] : [`${nodePort}/${protocol}`],
  );

/** Node ports of a Service that another one has, a sentence each; none without permission to list Services. */
export async function takenNodePorts(
  { api }: Cluster,
  desired: KubeObject,
  signal?: AbortSignal,
): Promise<string[]> {
  if (desired.kind !== 'Service' || nodePortsOf(desired).length === 0) return [];
  const { status, json } = await api.request('GET', '/api/v1/services', { accept: [403], signal });
  if (status === 403) return [];
  const { name, namespace } = desired.metadata;
  const others = (json as { items: readonly KubeObject[] }).items.filter(
    ({ metadata }) => metadata.name !== name || metadata.namespace !== namespace,
  );
  return nodePortsOf(desired).flatMap((port) => {
    const holder = others.find((other) => nodePortsOf(other).includes(port))?.metadata;
    if (!holder) return [];
    return [
      `${nameOf(desired)}: node port ${port} belongs to Service ${holder.name} in namespace ${holder.namespace ?? ''}. Free it there, or write another into the document.`,
    ];
  });
}
