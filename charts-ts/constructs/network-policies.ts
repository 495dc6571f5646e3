import { k8s } from 'cdk8s-plus-27';
import { serviceOf } from '../../contract/environment.ts';
import { isWorkload, type Edge, type Outsider, type Port, type Workload } from '../../contract/model.ts';
import { roleLabel } from '../../contract/names.ts';
import type { Site } from '../options.ts';
import { metadataOf, nameOf, selectorOf, stackSelector } from './identity.ts';
import { addressesOf, nameServers } from './peers.ts';

/**
 * Nothing may reach a pod of the stack, nor be reached by it, but along the edges of the model. Kubelet's probes need
 * no policy. Ports are the pods' own (containerPort): policies see a packet after the Service translated it.
 */
export function addNetworkPolicies(site: Site): void {
  const { stack } = site;
  addPolicy(site, `${stack.name}-default-deny`, {
    podSelector: { matchLabels: stackSelector(stack) },
    policyTypes: ['Ingress', 'Egress'],
  });
  for (const service of stack.services.filter(isWorkload)) {
    for (const edge of service.edges ?? []) addEdge(site, service, edge);
    for (const { host, port } of service.externals ?? []) addEgressTo(site, service, host, port);
    for (const [name, port] of Object.entries(service.ports)) addOutsiders(site, service, name, port);
    // Only who dials by name must ask for names: a store has no business with DNS.
    if ((service.edges ?? []).length + (service.externals ?? []).length > 0) addNameLookup(site, service);
  }
}

/** One egress and one ingress rule; only the egress one where the target is no pod of ours. */
function addEdge(site: Site, from: Workload, edge: Edge): void {
  const { stack } = site;
  const target = serviceOf(stack, edge.to);
  const port = target.ports[edge.port];
  if (!port) return;
  if (target.kind === 'external') {
    addEgressTo(site, from, target.host, port.containerPort);
    return;
  }
  const ports = [tcp(port.containerPort)];
  const pair = `${nameOf(site, from)}-to-${edge.to}-${edge.port}`;
  addPolicy(site, `${pair}-egress`, {
    podSelector: { matchLabels: selectorOf(stack, from) },
    policyTypes: ['Egress'],
    egress: [{ to: [{ podSelector: { matchLabels: selectorOf(stack, target) } }], ports }],
  });
  addPolicy(site, `${pair}-ingress`, {
    podSelector: { matchLabels: selectorOf(stack, target) },
    policyTypes: ['Ingress'],
    ingress: [{ from: [{ podSelector: { matchLabels: selectorOf(stack, from) } }], ports }],
  });
}

/** What is outside has an address at best; its port is all that is certain. */
function addEgressTo(site: Site, from: Workload, host: string, port: number): void {
  const place = host.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
  addPolicy(site, `${nameOf(site, from)}-to-${place}-${port}-egress`, {
    podSelector: { matchLabels: selectorOf(site.stack, from) },
    policyTypes: ['Egress'],
    egress: [{ to: addressesOf(host), ports: [tcp(port)] }],
  });
}

/** A node port is open to whoever reaches the node, so the world is meant even where it is not said. */
function addOutsiders(site: Site, service: Workload, name: string, port: Port): void {
  const outsiders = new Set<Outsider>(port.from ?? []);
  if (port.nodePort !== undefined) outsiders.add('world');
  for (const outsider of [...outsiders].sort())
    addPolicy(site, `${nameOf(site, service)}-${name}-from-${outsider}`, {
      podSelector: { matchLabels: selectorOf(site.stack, service) },
      policyTypes: ['Ingress'],
      ingress: [{ ...sourcesOf(outsider), ports: [tcp(port.containerPort)] }],
    });
}

/** The world may be anything, even a pod of an Ingress controller: a rule without `from` means everybody. */
function sourcesOf(outsider: Outsider): Pick<k8s.NetworkPolicyIngressRule, 'from'> {
  return outsider === 'world'
    ? {}
    : { from: [{ namespaceSelector: { matchLabels: { [roleLabel]: outsider } } }] };
}

function addNameLookup(site: Site, service: Workload): void {
  addPolicy(site, `${nameOf(site, service)}-to-dns-egress`, {
    podSelector: { matchLabels: selectorOf(site.stack, service) },
    policyTypes: ['Egress'],
    egress: [nameServers],
  });
}

function addPolicy(site: Site, name: string, spec: k8s.NetworkPolicySpec): void {
  // Two services may call the same outside address; one service may do so for two reasons.
  if (site.chart.node.tryFindChild(name)) return;
  new k8s.KubeNetworkPolicy(site.chart, name, { metadata: metadataOf(site, name), spec });
}

const tcp = (port: number): k8s.NetworkPolicyPort => ({
  port: k8s.IntOrString.fromNumber(port),
  protocol: 'TCP',
});
