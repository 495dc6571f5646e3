import { roleLabel } from '../contract/names.ts';
import { allowed, type Party } from './policies.ts';
import { readManifests, type ClusterService, type ClusterWorkload, type Manifests } from './manifests.ts';

/**
 * Who may reach whom, evaluated from rendered NetworkPolicies and Services alone: the contract is not asked, so that
 * the answer can be held against it. It is an evaluation: whether a cluster's network plugin obeys is another question.
 */

interface Door {
  readonly port: number;
  readonly protocol: string;
  /** How it is shown: `6379 by demo-redis:6379`. */
  readonly shown: string;
}

interface Target extends Party {
  readonly doors: readonly Door[];
}

/**
 * Every connection the policies allow, one line each, sorted: `backend → redis:6379 by demo-redis:6379`. Left are the
 * stack's services and, outside, `world` (any address), `monitoring` and `operator` (namespaces with that role) and
 * `neighbour` (a pod of the same namespace that is not of the stack). Right are the pods' ports with the Services that
 * lead there, the cluster's DNS, and the world on every port a policy names, or `any` for a port none does.
 * @throws ZodError when an object has a shape the evaluation does not understand.
 */
export function reach(objects: readonly object[]): string[] {
  const manifests = readManifests(objects);
  const pods = manifests.workloads.map((workload) => podTarget(workload, manifests.services));
  const parties = [...pods, ...outsiders(pods)];
  const targets = [...pods, ...outsideTargets(manifests)];
  return parties
    .flatMap((from) =>
      targets
        .filter((to) => to.name !== from.name && (from.ours || to.ours))
        .flatMap((to) =>
          to.doors
            .filter((door) => allowed(manifests.policies, { from, to, ...door }))
            .map((door) => `${from.name} → ${to.name}:${door.shown}`),
        ),
    )
    .sort();
}

function podTarget(workload: ClusterWorkload, services: readonly ClusterService[]): Target {
  const { labels } = workload.spec.template.metadata;
  const ports = workload.spec.template.spec.containers.flatMap((container) => container.ports);
  return {
    name: labels['app.kubernetes.io/name'] ?? workload.metadata.name,
    ours: true,
    namespace: { name: workload.metadata.namespace, labels: {} },
    labels,
    doors: ports.map(({ name, containerPort, protocol }) => ({
      port: containerPort,
      protocol,
      shown: `${containerPort} by ${ways(services, labels, { name, containerPort }) || 'no Service'}`,
    })),
  };
}

/** The Services, with the ports they are dialled on, that lead to one port of the pods with these labels. */
function ways(
  services: readonly ClusterService[],
  labels: Readonly<Record<string, string>>,
  to: { name: string; containerPort: number },
): string {
  return services
    .filter(({ spec }) => Object.entries(spec.selector).every(([key, value]) => labels[key] === value))
    .flatMap(({ metadata, spec }) =>
      spec.ports
        .filter(({ targetPort }) => targetPort === to.name || targetPort === to.containerPort)
        .map(({ port, nodePort }) => `${metadata.name}:${port}${nodePort ? ` (node ${nodePort})` : ''}`),
    )
    .sort()
    .join(', ');
}

/** An address of the block kept for documentation: no policy names it, so it stands for any other. */
const someAddress = '203.0.113.7';

function outsiders(pods: readonly Target[]): Party[] {
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

function outsideTargets({ policies }: Manifests): Target[] {
  const named = policies
    .flatMap(({ spec }) => spec.egress)
    .flatMap(({ ports = [] }) => ports)
    .map(({ port }) => port)
    .filter((port) => typeof port === 'number');
  const blocks = policies
    .flatMap(({ spec }) => spec.egress)
    .flatMap(({ to = [] }) => to)
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
const unnamedPort = 1;
