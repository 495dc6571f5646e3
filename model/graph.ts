import { dials, jobsOfService } from './jobs.ts';
import { dialledPort, isWorkload, type Gate, type Outsider, type Service, type Stack } from './stack.ts';

/** A stack as a graph: services and other ends, and every allowed connection. All others are denied. */
export interface StackGraph {
  readonly stack: string;
  readonly namespace: string;
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
}

/**
 * `service` runs in the cluster, `job` there and once, `external` elsewhere, `local` on a developer's machine only. `outsider` may connect
 * from outside the stack, `ingress` is the host name of an Ingress, `address` a destination outside the cluster, `dns`
 * the cluster's name servers.
 */
export type NodeKind = 'service' | 'job' | 'external' | 'local' | 'outsider' | 'ingress' | 'address' | 'dns';

export interface GraphNode {
  /** Unique in the graph: `service:queue`, `outsider:world`. */
  readonly id: string;
  readonly kind: NodeKind;
  readonly name: string;
  readonly means: string;
  readonly ports: readonly GraphPort[];
  /** What its pods run besides: `init migrate`. */
  readonly steps: readonly string[];
}

export interface GraphPort {
  readonly name: string;
  readonly containerPort: number;
  /** What peers dial, where it is another number. */
  readonly servicePort: number;
  readonly nodePort: number | null;
}

export interface GraphEdge {
  readonly from: string;
  readonly to: string;
  /** The port's name, where the target is a service. */
  readonly port: string | null;
  /** What is dialled. */
  readonly number: number;
  /** What the target's absence does to the source's readiness; null where the source is no service, or a Job of one. */
  readonly gate: Gate | null;
  /** The directions in which a network policy allows it; none on a developer's machine. */
  readonly policies: readonly ('egress' | 'ingress')[];
}

/** The graph of any stack. Pure; the order is the model's. */
export function graphOf(stack: Stack): StackGraph {
  const edges = unique(
    stack.services.flatMap((service) => edgesOf(stack, service)),
    edgeKey,
  );
  const others = edges.flatMap(({ from, to }) => [from, to]).flatMap(outsideNode);
  const nodes = unique([...others, ...stack.services.flatMap(serviceNodes)], ({ id }) => id);
  return { stack: stack.name, namespace: stack.namespace, nodes, edges };
}

const serviceNodes = (service: Service): GraphNode[] => [
  serviceNode(service),
  ...(isWorkload(service) ? jobsOfService(service) : []).map(({ name, job }): GraphNode => ({
    ...{ id: jobId(name), kind: 'job', name, means: job.doc, ports: [], steps: [] },
  })),
];

const stepsOf = (service: Service): string[] =>
  isWorkload(service)
    ? [
        ...(service.container.sidecars ?? []).map(({ name }) => `sidecar ${name}`),
        ...(service.container.init ?? []).map(({ name }) => `init ${name}`),
      ]
    : [];

function serviceNode(service: Service): GraphNode {
  return {
    id: idOf(service.name),
    kind: isWorkload(service) ? 'service' : service.kind,
    name: service.kind === 'external' ? service.host : service.name,
    means: service.doc,
    ports: Object.entries(service.ports).map(([name, port]) => ({
      name,
      containerPort: port.containerPort,
      servicePort: dialledPort(port),
      nodePort: port.nodePort ?? null,
    })),
    steps: stepsOf(service),
  };
}

const idOf = (service: string): string => `service:${service}`;
const jobId = (job: string): string => `job:${job}`;

/** The description of each kind of node that is no service. */
const outside: Readonly<Record<string, string>> = {
  outsider: 'may connect from outside the stack',
  ingress: 'host name of the Ingress',
  address: 'called outside the cluster',
  dns: "the cluster's name servers",
};

function outsideNode(id: string): GraphNode[] {
  const [kind = '', ...name] = id.split(':');
  const means = outside[kind];
  return means === undefined
    ? []
    : [{ id, kind: kind as NodeKind, name: name.join(':'), means, ports: [], steps: [] }];
}

function edgesOf(stack: Stack, service: Service): GraphEdge[] {
  const own = leavingOf(stack, service);
  const jobs = isWorkload(service) ? jobsOfService(service).filter(dials) : [];
  return [
    ...incoming(service),
    ...own,
    ...jobs.flatMap(({ name }) => own.map((edge) => ({ ...edge, from: jobId(name), gate: null }))),
  ];
}

function leavingOf(stack: Stack, service: Service): GraphEdge[] {
  const { edges = [], externals = [] } = service;
  const from = idOf(service.name);
  const runs = isWorkload(service);
  const leaving = runs ? (['egress'] as const) : [];
  return [
    ...edges.flatMap((edge) => {
      const target = stack.services.find(({ name }) => name === edge.to);
      const port = target?.ports[edge.port];
      if (!target || !port) return [];
      const arriving = runs && isWorkload(target) ? (['ingress'] as const) : [];
      const { to, port: name, gate } = edge;
      const policies = [...leaving, ...arriving];
      return [{ from, to: idOf(to), port: name, number: dialledPort(port), gate, policies }];
    }),
    ...externals.map(({ host, port }): GraphEdge => ({
      ...{ from, to: `address:${host}`, port: null, number: port, gate: 'none', policies: leaving },
    })),
    ...(runs && edges.length + externals.length > 0
      ? [{ from, to: 'dns:kube-dns', port: null, number: 53, gate: null, policies: leaving }]
      : []),
  ];
}

/** Connections from outside: the outsiders of each port, the world at a node port, the host of an Ingress. */
function incoming(service: Service): GraphEdge[] {
  if (!isWorkload(service)) return [];
  const ports = Object.entries(service.ports).flatMap(([name, port]) => {
    const from = new Set<Outsider>(port.from ?? []);
    if (port.nodePort !== undefined) from.add('world');
    return [...from].map((outsider): [string, string] => [`outsider:${outsider}`, name]);
  });
  const ingress = service.kind === 'stateless' ? service.ingress : undefined;
  const entries = ingress ? [...ports, [`ingress:${ingress.host}`, ingress.port] as const] : ports;
  return entries.flatMap(([from, name]) => {
    const port = service.ports[name];
    if (!port) return [];
    const number = dialledPort(port);
    return [{ from, to: idOf(service.name), port: name, number, gate: null, policies: ['ingress'] }];
  });
}

const edgeKey = ({ from, to, port, number }: GraphEdge): string => JSON.stringify([from, to, port, number]);

function unique<T>(all: readonly T[], keyOf: (one: T) => string): T[] {
  return [...new Map(all.map((one) => [keyOf(one), one])).values()];
}
