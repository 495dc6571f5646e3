import { BlockList, isIPv6 } from 'node:net';
import type { Peer, Policy, PortRule, Selector } from './manifests.ts';

/** One end of a connection: a pod by its labels, or an address outside the cluster. */
export interface Party {
  readonly name: string;
  /** Whether it is a pod the policies under test are there for. */
  readonly ours: boolean;
  readonly namespace?: { readonly name: string; readonly labels: Readonly<Record<string, string>> };
  readonly labels?: Readonly<Record<string, string>>;
  readonly address?: string;
}

export interface Connection {
  readonly from: Party;
  readonly to: Party;
  /** The port of the pod, behind any Service. */
  readonly port: number;
  readonly protocol: string;
}

/** Whether Kubernetes' NetworkPolicy semantics allow a connection: by what leaves `from` and by what enters `to`. */
export function allowed(policies: readonly Policy[], connection: Connection): boolean {
  const { from, to } = connection;
  const out = rulesFor(policies, from, 'Egress')?.some(
    ({ policy, rule }) => peersMatch(policy, rule.to, to) && portsMatch(rule.ports, connection),
  );
  const into = rulesFor(policies, to, 'Ingress')?.some(
    ({ policy, rule }) => peersMatch(policy, rule.from, from) && portsMatch(rule.ports, connection),
  );
  return (out ?? true) && (into ?? true);
}

interface Rule {
  readonly to?: Peer[] | undefined;
  readonly from?: Peer[] | undefined;
  readonly ports?: PortRule[] | undefined;
}

/** The rules that apply to a party, or `undefined` where no policy selects it: then everything is allowed. */
function rulesFor(
  policies: readonly Policy[],
  party: Party,
  type: 'Ingress' | 'Egress',
): { policy: Policy; rule: Rule }[] | undefined {
  const selecting = policies.filter(
    ({ metadata, spec }) =>
      spec.policyTypes.includes(type) &&
      metadata.namespace === party.namespace?.name &&
      selects(spec.podSelector, party.labels),
  );
  if (selecting.length === 0) return undefined;
  return selecting.flatMap((policy) =>
    (type === 'Ingress' ? policy.spec.ingress : policy.spec.egress).map((rule: Rule) => ({ policy, rule })),
  );
}

/** An absent or empty list means everybody. */
function peersMatch(policy: Policy, peers: readonly Peer[] | undefined, party: Party): boolean {
  return !peers?.length || peers.some((peer) => peerMatches(policy, peer, party));
}

function peerMatches(policy: Policy, peer: Peer, party: Party): boolean {
  if (peer.ipBlock) return party.address !== undefined && inBlock(peer.ipBlock, party.address);
  if (!party.namespace) return false;
  const namespace = peer.namespaceSelector
    ? selects(peer.namespaceSelector, party.namespace.labels)
    : party.namespace.name === policy.metadata.namespace;
  return namespace && selects(peer.podSelector ?? {}, party.labels);
}

function portsMatch(ports: readonly PortRule[] | undefined, { port, protocol }: Connection): boolean {
  return (
    !ports?.length ||
    ports.some((rule) => rule.protocol === protocol && (rule.port === undefined || rule.port === port))
  );
}

function selects(selector: Selector, labels: Readonly<Record<string, string>> | undefined): boolean {
  return (
    labels !== undefined &&
    Object.entries(selector.matchLabels ?? {}).every(([key, value]) => labels[key] === value)
  );
}

const inBlock = ({ cidr, except }: NonNullable<Peer['ipBlock']>, address: string): boolean =>
  within(cidr, address) && !except.some((hole) => within(hole, address));

function within(cidr: string, address: string): boolean {
  const [net = '', prefix = ''] = cidr.split('/');
  // BlockList would find every IPv4 address, mapped, in a block of IPv6; Kubernetes does not.
  if (isIPv6(net) !== isIPv6(address)) return false;
  const family = isIPv6(net) ? 'ipv6' : 'ipv4';
  const block = new BlockList();
  block.addSubnet(net, Number(prefix), family);
  return block.check(address, family);
}
