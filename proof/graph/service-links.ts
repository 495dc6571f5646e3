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
export const linksInto = (graph: Graph, { namespace, pod }: Workload): readonly ServiceLink[] =>
  pod.enableServiceLinks === false ? [] : linksOf(graph, namespace);

const memory = new WeakMap<Graph, Map<string, readonly ServiceLink[]>>();

/** One list for all pods of a namespace. */
function linksOf(graph: Graph, namespace: string): readonly ServiceLink[] {
  const known = memory.get(graph) ?? new Map<string, readonly ServiceLink[]>();
  memory.set(graph, known);
  const links =
    known.get(namespace) ??
    graph
      .ofKindIn('Service', namespace)
      .filter(({ content: { spec } }) => spec.clusterIP !== 'None' && spec.type !== 'ExternalName')
      .map((service) => ({ service, prefix: `${service.name.toUpperCase().replaceAll('-', '_')}_` }));
  known.set(namespace, links);
  return links;
}
