import type { Severity } from '../codes.ts';
import { placeIn } from '../graph/objects.ts';
import type { Fault } from '../findings.ts';
import { policiesFor, portsMatch, refusedBy, rulesOf, type Party, type Policy } from '../graph/policies.ts';
import { includes, selects, type Labels } from '../graph/selectors.ts';
import { podParty } from '../reach.ts';
import type { Selector } from '../shapes/common.ts';
import type { Peer } from '../shapes/network.ts';
import type { Place } from '../source.ts';
import { called, type Check } from './subject.ts';

/** Policies that restrict the egress of a pod that dials by name must allow DNS. */
export const namesAllowed: Check = ({ graph, dials }) => {
  const policies = graph.ofKind('NetworkPolicy');
  const dialling = new Set(
    dials
      .filter(({ host }) => !/^[\d.]+$|:/.test(host.text) && host.text !== 'localhost')
      .map(({ workload }) => workload),
  );
  const dns: Party = {
    name: 'kube-dns',
    ours: false,
    namespace: kubeSystem,
    labels: { 'k8s-app': 'kube-dns' },
  };
  return [...dialling].flatMap((workload): Fault[] => {
    const from = podParty(graph, workload);
    const [first] = policiesFor(policies, from, 'Egress');
    if (!first) return [];
    const reaches = (to: Party): boolean => !refusedBy(policies, { from, to, port: 53, protocol: 'UDP' });
    // Policies may also allow DNS by the address of its Service, or to all.
    if (reaches(dns) || reaches(dnsAt(usualDns))) return [];
    const cached = reaches(dnsAt(nodeCache));
    if (cached && !asksOtherPods(policies, from)) return [];
    return [
      {
        code: 'DNS_BLOCKED',
        ...lessCertain(opensToLabels(policies, from), cached),
        message: cached
          ? `${called(workload)} dials by name, but no egress rule lets it ask kube-dns in kube-system on port 53/UDP: it can ask a cache on its node only, where there is one.`
          : `${called(workload)} dials by name, but no egress rule lets it ask kube-dns in kube-system on port 53/UDP.`,
        here: dnsRule(policiesFor(policies, from, 'Egress')) ?? placeIn(first, 'spec'),
        fix: 'Allow 53/UDP and 53/TCP to namespace kube-system, pods k8s-app=kube-dns.',
      },
    ];
  });
};

/** The usual address of the Service of DNS, and that of the cache on each node. */
const [usualDns, nodeCache] = ['10.96.0.10', '169.254.20.10'];

/** Whether a party is one that pods ask for names: the cluster's DNS, or the cache of a node. */
export const isNameServer = ({ namespace, labels, address }: Party): boolean =>
  address === nodeCache ||
  address === usualDns ||
  (namespace?.labels[namespaceName] === kubeSystem.name &&
    dnsLabels.some((known) => includes(labels ?? {}, known)));

const dnsAt = (address: string): Party => ({ name: 'dns', ours: false, address });

function lessCertain(byLabels: boolean, cached: boolean): { readonly severity?: Severity } {
  if (byLabels) return { severity: 'unknown' };
  return cached ? { severity: 'warning' } : {};
}

/** The label that every namespace has, with its name. */
const namespaceName = 'kubernetes.io/metadata.name';
const kubeSystem = { name: 'kube-system', labels: { [namespaceName]: 'kube-system' } };

/** What the pods of DNS and of its caches are labelled by the usual distributions. */
const dnsLabels: readonly Labels[] = [
  ...['kube-dns', 'coredns', 'node-local-dns', 'nodelocaldns'].map((name) => ({ 'k8s-app': name })),
  { 'app.kubernetes.io/name': 'coredns' },
];

/** Whether port 53 is open to pods of kube-system none of which is DNS. */
const asksOtherPods = (policies: readonly Policy[], from: Party): boolean =>
  dnsPeers(policies, from).some(
    ({ namespaceSelector, podSelector }) =>
      namespaceSelector &&
      podSelector &&
      selects(namespaceSelector, kubeSystem.labels) &&
      !dnsLabels.some((labels) => selects(podSelector, labels)),
  );

/** Whether port 53 is open to namespaces by labels that kube-system may have: it is not among the manifests. */
const opensToLabels = (policies: readonly Policy[], from: Party): boolean =>
  dnsPeers(policies, from).some(
    ({ namespaceSelector }) => namespaceSelector && !namesNamespace(namespaceSelector),
  );

/** Whom the egress rules for port 53 name. */
const dnsPeers = (policies: readonly Policy[], from: Party): Peer[] =>
  policiesFor(policies, from, 'Egress').flatMap((policy) =>
    rulesOf(policy, 'Egress')
      .filter(({ ports }) => portsMatch(ports, { to: from, port: 53, protocol: 'UDP' }))
      .flatMap(({ peers }) => peers),
  );

/** By the label that every namespace has, with its name: what it selects is known. */
const namesNamespace = ({ matchLabels, matchExpressions }: Selector): boolean =>
  [...Object.keys(matchLabels), ...matchExpressions.map(({ key }) => key)].every(
    (key) => key === namespaceName,
  );

const dnsRule = (policies: readonly Policy[]): Place | undefined =>
  policies.flatMap((policy) =>
    rulesOf(policy, 'Egress').flatMap(({ ports }, rule) =>
      ports.some(({ port }) => port === 53) ? [placeIn(policy, 'spec', 'egress', rule)] : [],
    ),
  )[0];
