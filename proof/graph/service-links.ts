import type { Graph } from './graph.ts';
import { oncePer } from './once-per.ts';
import type { Service } from './ports.ts';
import type { Workload } from './workloads.ts';

/** A Service for which Kubernetes sets variables in the pods of its namespace. */
export interface ServiceLink {
  readonly service: Service;
  /** What they begin with: `MY_QUEUE_`. */
  readonly prefix: string;
}

/** The links a pod gets: of each Service with an address, unless the pod wants none. */
export const linksInto = (graph: Graph, { namespace, pod }: Workload): readonly ServiceLink[] =>
  pod.enableServiceLinks === false ? [] : (linksByNamespace(graph).get(namespace) ?? []);

/** One list for all pods of a namespace. */
const linksByNamespace = oncePer((graph: Graph) =>
  Map.groupBy(
    graph
      .ofKind('Service')
      .filter(({ content: { spec } }) => spec.clusterIP !== 'None' && spec.type !== 'ExternalName')
      .map((service): ServiceLink => ({
        service,
        prefix: `${service.name.toUpperCase().replaceAll('-', '_')}_`,
      })),
    ({ service }) => service.namespace,
  ),
);
