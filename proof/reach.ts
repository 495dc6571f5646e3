import { roleLabel } from '../model/names.ts';
import { readGraph, type Graph } from './graph/graph.ts';
import { allowed, type Party } from './graph/policies.ts';
import { oncePer } from './graph/once-per.ts';
import { declaredPorts, selectedBy, targetOf } from './graph/ports.ts';
import type { Workload } from './graph/workloads.ts';
import type { Doc } from './source.ts';

/**
 * Who may reach whom, evaluated from rendered NetworkPolicies and Services alone, so that the answer can be compared
 * with the model. Whether a cluster's network plugin enforces the policies is not evaluated.
 */

interface Door {
  readonly port: number;
  readonly protocol: string;
  /** How it is shown: `5672 by demo-queue:5672`. */
  readonly shown: string;
}

interface Target extends Party {
  readonly doors: readonly Door[];
}

/**
 * Every connection the policies allow, one line each, sorted: `web → queue:5672 by demo-queue:5672`. Left are the
 * stack's services and, outside, `world` (any address), `monitoring` and `operator` (namespaces with that role) and
 * `neighbour` (a pod of the same namespace that is not of the stack). Right are the pods' ports with the Services that
 * lead there, the cluster's DNS, and the world on every port a policy names, or `any` for a port none does.
 * @throws RangeError when an object has a shape the evaluation does not understand.
 */
export function reach(objects: readonly object[]): string[] {
  const { graph, faults } = readGraph(objects.map((value): Doc => ({ file: '', value, lineOf: () => 0 })));
  if (faults.length > 0) throw new RangeError(faults.map(({ message }) => message).join('\n'));
  return reachIn(graph);
}

/** The same, of a graph. */
export function reachIn(graph: Graph): string[] {
  const pods = graph.workloads.map((workload) => podTarget(graph, workload));
  const parties = [...pods, ...outsiders(pods)];
  const targets = [...pods, ...outsideTargets(graph)];
  return parties
    .flatMap((from) =>
      targets
        .filter((to) => to.name !== from.name && (from.ours || to.ours))
        .flatMap((to) =>
          to.doors
            .filter((door) => allowed(graph.ofKind('NetworkPolicy'), { from, to, ...door }))
            .map((door) => `${from.name} → ${to.name}:${door.shown}`),
        ),
    )
    .sort();
}

/** A workload's pods as an end of a connection. */
export const podParty = (graph: Graph, workload: Workload): Party => partiesOf(graph)(workload);

const partiesOf = oncePer((graph: Graph) =>
  oncePer((workload: Workload): Party => ({
    name: workload.labels['app.kubernetes.io/name'] ?? workload.name,
    ours: true,
    workload,
    namespace: {
      name: workload.namespace,
      labels: {
        ...graph.find('Namespace', '', workload.namespace)?.labels,
        'kubernetes.io/metadata.name': workload.namespace,
      },
    },
    labels: workload.labels,
    ports: Object.fromEntries(
      declaredPorts(workload).flatMap(({ name, number }) => (name ? [[name, number]] : [])),
    ),
  })),
);

function podTarget(graph: Graph, workload: Workload): Target {
  return {
    ...podParty(graph, workload),
    doors: declaredPorts(workload).map(({ number, protocol }) => ({
      port: number,
      protocol,
      shown: `${number} by ${ways(graph, workload, number) || 'no Service'}`,
    })),
  };
}

/** The Services, with the ports they are dialled on, that lead to one port of a workload's pods. */
function ways(graph: Graph, workload: Workload, number: number): string {
  return graph
    .ofKind('Service')
    .filter((service) => selectedBy(graph, service).includes(workload))
    .flatMap(({ name, content }) =>
      content.spec.ports
        .filter((port) => targetOf(port, workload)?.number === number)
        .map(({ port, nodePort }) => `${name}:${port}${nodePort ? ` (node ${nodePort})` : ''}`),
    )
    .sort()
    .join(', ');
}

/** An address of the block kept for documentation: no policy names it, so it stands for any other. */
export const someAddress = '203.0.113.7';

/** The parties that are no pods of the manifests. */
export function outsiders(pods: readonly Party[]): Party[] {
  const namespace = pods[0]?.namespace ?? { name: 'default', labels: {} };
  const ofRole = (role: string): Party => ({
    name: role,
    ours: false,
    namespace: { name: `some-${role}`, labels: { [roleLabel]: role } },
    labels: {},
  });
  return [
    { name: 'world', ours: false, address: someAddress },
    ofRole('monitoring'),
    ofRole('operator'),
    { name: 'neighbour', ours: false, namespace, labels: {} },
  ];
}

function outsideTargets(graph: Graph): Target[] {
  const rules = graph.ofKind('NetworkPolicy').flatMap(({ content }) => content.spec.egress);
  const named = rules
    .flatMap(({ ports }) => ports)
    .map(({ port }) => port)
    .filter((port) => typeof port === 'number');
  const blocks = rules
    .flatMap(({ to }) => to)
    .flatMap(({ ipBlock }) => (ipBlock && !ipBlock.cidr.endsWith('/0') ? [ipBlock.cidr] : []));
  const doors = [...new Set(named)]
    .map((port): Door => ({ port, protocol: 'TCP', shown: String(port) }))
    .concat({ port: unnamedPort, protocol: 'TCP', shown: 'any' });
  const kubeSystem = { 'kubernetes.io/metadata.name': 'kube-system' };
  return [
    { name: 'world', ours: false, address: someAddress, doors },
    ...[...new Set(blocks)].map((cidr): Target => ({
      name: cidr,
      ours: false,
      address: cidr.slice(0, cidr.indexOf('/')),
      doors: [...doors, { port: 53, protocol: 'UDP', shown: '53/UDP' }],
    })),
    {
      name: 'kube-dns',
      ours: false,
      namespace: { name: 'kube-system', labels: kubeSystem },
      labels: { 'k8s-app': 'kube-dns' },
      doors: ['UDP', 'TCP'].map((protocol) => ({ port: 53, protocol, shown: `53/${protocol}` })),
    },
  ];
}

/** Reserved: nothing listens there, so a rule that allows it allows every port. */
export const unnamedPort = 1;
