import { k8s } from 'cdk8s-plus-27';
import { serviceOf } from '../../model/environment.ts';
import { dials, jobsOfService } from '../../model/jobs.ts';
import { isWorkload, type Edge, type Outsider, type Port, type Workload } from '../../model/stack.ts';
import { fromOutsider, roleLabel } from '../../model/names.ts';
import type { RenderOptions, Site } from '../options.ts';
import { metadataOf, nameOf, selectorOf, stackSelector } from './metadata.ts';
import { addressesOf, nameServers } from './network-policy-peers.ts';

type NamedPolicy = readonly [name: string, spec: k8s.NetworkPolicySpec];

/**
 * Default deny in both directions, and one allow rule for each edge of the model. Kubelet's probes need no policy.
 * Ports are containerPorts: a policy sees a packet after the Service translated it.
 * @throws RangeError when two different policies would have one name.
 */
export function addNetworkPolicies(site: Site): void {
  const policies = new Map<string, k8s.NetworkPolicySpec>();
  for (const [name, spec] of policiesOf(site)) {
    const other = policies.get(name);
    if (other && JSON.stringify(other) !== JSON.stringify(spec))
      throw new RangeError(`Two policies would be called "${name}"; rename one of the services or ports.`);
    policies.set(name, spec);
  }
  for (const [name, spec] of policies)
    new k8s.KubeNetworkPolicy(site.chart, name, { metadata: metadataOf(site, name), spec });
}

function policiesOf(site: Site): NamedPolicy[] {
  const { stack } = site;
  const denyAll: NamedPolicy = [
    `${stack.name}-default-deny`,
    { podSelector: { matchLabels: stackSelector(stack) }, policyTypes: ['Ingress', 'Egress'] },
  ];
  return [denyAll, ...stack.services.filter(isWorkload).flatMap((service) => servicePolicies(site, service))];
}

/** What dials: a service, or a Job of it with its environment. `name` is the value of its pods' label. */
type Client = Pick<Workload, 'name' | 'edges' | 'externals'>;

function servicePolicies(site: Site, service: Workload): NamedPolicy[] {
  const jobs = jobsOfService(service).filter(dials);
  return [
    ...clientPolicies(site, service),
    ...Object.entries(service.ports).flatMap(([name, port]) => outsiderPolicies(site, service, name, port)),
    ...nameLookupPolicies(site, service),
    ...jobs.flatMap(({ name }) => {
      const client = { ...service, name };
      return [...clientPolicies(site, client), ...nameLookupPolicies(site, client)];
    }),
  ];
}

const clientPolicies = (site: Site, client: Client): NamedPolicy[] => [
  ...(client.edges ?? []).flatMap((edge) => edgePolicies(site, client, edge)),
  ...(client.externals ?? []).map(({ host, port }) => outwardPolicy(site, client, host, port)),
];

/** One egress and one ingress rule; only the egress one where the target is not a pod of the stack. */
function edgePolicies(site: Site, from: Client, edge: Edge): NamedPolicy[] {
  const target = serviceOf(site.stack, edge.to);
  const port = target.ports[edge.port];
  if (!port) return [];
  if (target.kind === 'external') return [outwardPolicy(site, from, target.host, port.containerPort)];
  const ports = [tcp(port.containerPort)];
  const [here, there] = [podsOf(site, from), podsOf(site, target)];
  const pair = `${nameOf(site, from)}-to-${edge.to}-${edge.port}`;
  return [
    [
      `${pair}-egress`,
      { podSelector: here, policyTypes: ['Egress'], egress: [{ to: [{ podSelector: there }], ports }] },
    ],
    [
      `${pair}-ingress`,
      { podSelector: there, policyTypes: ['Ingress'], ingress: [{ from: [{ podSelector: here }], ports }] },
    ],
  ];
}

/** Egress to a place outside the cluster. Policies know no names, so the port is often all it can restrict. */
function outwardPolicy(site: Site, from: Client, host: string, port: number): NamedPolicy {
  const place = host.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
  return [
    `${nameOf(site, from)}-to-${place}-${port}-egress`,
    {
      podSelector: podsOf(site, from),
      policyTypes: ['Egress'],
      egress: [{ to: addressesOf(host), ports: [tcp(port)] }],
    },
  ];
}

/** A node port accepts traffic from anywhere, so it implies `from: world`. */
function outsiderPolicies(site: Site, service: Workload, name: string, port: Port): NamedPolicy[] {
  const outsiders = new Set<Outsider>(port.from ?? []);
  if (port.nodePort !== undefined) outsiders.add('world');
  if (site.options.operatorDials?.includes(service.name)) outsiders.add('operator');
  return [...outsiders].sort().map((outsider) => [
    `${nameOf(site, service)}-${fromOutsider(name, outsider)}`,
    {
      podSelector: podsOf(site, service),
      policyTypes: ['Ingress'],
      ingress: [{ ...sourcesOf(outsider, site.options), ports: [tcp(port.containerPort)] }],
    },
  ]);
}

/** `world` includes pods, such as an Ingress controller's: a rule without `from` allows every source. */
export function sourcesOf(
  outsider: Outsider,
  { operatorPods }: Pick<RenderOptions, 'operatorPods'> = {},
): Pick<k8s.NetworkPolicyIngressRule, 'from'> {
  if (outsider === 'world') return {};
  if (outsider === 'operator' && operatorPods)
    return { from: [{ podSelector: { matchLabels: operatorPods } }] };
  return { from: [{ namespaceSelector: { matchLabels: { [roleLabel]: outsider } } }] };
}

/** Only what dials others needs DNS. */
const nameLookupPolicies = (site: Site, client: Client): NamedPolicy[] =>
  (client.edges ?? []).length + (client.externals ?? []).length === 0
    ? []
    : [
        [
          `${nameOf(site, client)}-to-dns-egress`,
          { podSelector: podsOf(site, client), policyTypes: ['Egress'], egress: [nameServers] },
        ],
      ];

const podsOf = ({ stack }: Site, service: Parameters<typeof selectorOf>[1]): k8s.LabelSelector => ({
  matchLabels: selectorOf(stack, service),
});

const tcp = (port: number): k8s.NetworkPolicyPort => ({
  port: k8s.IntOrString.fromNumber(port),
  protocol: 'TCP',
});
