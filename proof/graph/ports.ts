import type { Graph } from './graph.ts';
import type { ObjectOf } from './objects.ts';
import { oncePer } from './once-per.ts';
import type { Container, Workload } from './workloads.ts';

export type Service = ObjectOf<'Service'>;
export type ServicePort = Service['content']['spec']['ports'][number];

/** A port of a container as it is declared. */
export interface DeclaredPort {
  readonly container: Container;
  readonly index: number;
  readonly name: string | undefined;
  readonly number: number;
  readonly protocol: string;
}

/** The ports the pods of a workload declare. */
export const declaredPorts = oncePer((workload: Workload): readonly DeclaredPort[] =>
  workload.containers
    .filter(({ init }) => !init)
    .flatMap((container) =>
      container.spec.ports.map(({ name, containerPort, protocol }, index) => ({
        container,
        index,
        name,
        number: containerPort,
        protocol,
      })),
    ),
);

/** Those with a name or a number. */
export const portsCalled = (workload: Workload, wanted: string | number): readonly DeclaredPort[] =>
  portsByCall(workload).get(wanted) ?? [];

const portsByCall = oncePer((workload: Workload) => {
  const called = declaredPorts(workload).flatMap((port) =>
    [port.number, ...(port.name === undefined ? [] : [port.name])].map((call) => ({ call, port })),
  );
  const groups = Map.groupBy(called, ({ call }) => call);
  return new Map([...groups].map(([call, ones]) => [call, ones.map(({ port }) => port)]));
});

/** The workloads whose pods a Service leads to; empty for one without a selector. */
export function selectedBy(graph: Graph, service: Service): readonly Workload[] {
  const { selector } = service.content.spec;
  if (!selector || Object.keys(selector).length === 0) return [];
  return graph.selected(service.namespace, { matchLabels: selector, matchExpressions: [] });
}

/** The Services that lead to the pods of a workload. */
export const servicesOf = (graph: Graph, workload: Workload): readonly Service[] =>
  servicesByWorkload(graph).get(workload) ?? [];

const servicesByWorkload = oncePer((graph: Graph) => {
  const found = new Map<Workload, Service[]>();
  for (const service of graph.ofKind('Service'))
    for (const workload of selectedBy(graph, service))
      found.set(workload, [...(found.get(workload) ?? []), service]);
  return found;
});

/** Where one port of a Service leads in a workload: a number, and the declaration it was found by. */
export interface Target {
  readonly number: number;
  readonly declared?: DeclaredPort;
}

/** `undefined` when it names a port the workload does not have. */
export function targetOf(port: ServicePort, workload: Workload): Target | undefined {
  const wanted = port.targetPort ?? port.port;
  const all = portsCalled(workload, wanted);
  // One number may be declared for two protocols, as that of a name server is.
  const declared = all.find(({ protocol }) => protocol === port.protocol) ?? all[0];
  if (declared) return { number: declared.number, declared };
  return typeof wanted === 'number' ? { number: wanted } : undefined;
}

/** A port of a Service by its number, or the name given to it. */
export const servicePort = (service: Service, wanted: number | string): ServicePort | undefined =>
  service.content.spec.ports.find(({ name, port }) => port === wanted || name === wanted);
