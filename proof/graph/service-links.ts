import type { Graph } from './graph.ts';
import type { Service } from './ports.ts';
import type { Workload } from './workloads.ts';

/** A Service for which Kubernetes sets variables in the pods of its namespace. */
export interface ServiceLink {
  readonly service: Service;
  /** What they begin with: `MY_QUEUE_`. */
  readonly prefix: string;
}

/** The links a pod gets: of each Service with an address, unless the pod wants none. */
export const linksInto = (graph: Graph, { namespace, pod }: Workload): ServiceLink[] =>
  pod.enableServiceLinks === false
    ? []
    : graph
        .ofKind('Service')
        .filter(
          ({ namespace: own, content: { spec } }) =>
            own === namespace && spec.clusterIP !== 'None' && spec.type !== 'ExternalName',
        )
        .map((service) => ({ service, prefix: `${service.name.toUpperCase().replaceAll('-', '_')}_` }));
