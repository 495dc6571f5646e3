import type { ObjectOf } from './objects.ts';
import { within } from '../shapes/cidr.ts';
import type { Peer, PortRule } from '../shapes/network.ts';
import { everyPod, selects, type Labels } from './selectors.ts';
import type { Workload } from './workloads.ts';

export type Policy = ObjectOf<'NetworkPolicy'>;

/** One end of a connection: a pod by its labels, or an address outside the cluster. */
export interface Party {
  readonly name: string;
  /** Whether it is a pod the policies under test are there for. */
  readonly ours: boolean;
  readonly namespace?: { readonly name: string; readonly labels: Labels };
  readonly labels?: Labels;
  readonly address?: string;
  /** The workload whose pods it is. */
  readonly workload?: Workload;
  /** Port name → number, for rules that call ports by name. */
  readonly ports?: Readonly<Record<string, number>>;
}

export interface Connection {
  readonly from: Party;
  readonly to: Party;
  /** The port of the pod, behind any Service. */
  readonly port: number;
  readonly protocol: string;
}

export type Direction = 'Ingress' | 'Egress';

/** Whether Kubernetes' NetworkPolicy semantics allow a connection: by what leaves `from` and by what enters `to`. */
export const allowed = (policies: readonly Policy[], connection: Connection): boolean =>
  refusedBy(policies, connection) === undefined;

/** What the policies say of a connection at the pod that one of its ends is. */
export interface Admission {
  readonly direction: Direction;
  /** The policies that select the pod; where none does, everything is allowed. */
  readonly policies: readonly Policy[];
  /** The rules of theirs that allow the connection. */
  readonly rules: readonly { readonly policy: Policy; readonly rule: number }[];
}

/** By what leaves `from`, and by what enters `to`. */
export const admissionsOf = (
  policies: readonly Policy[],
  connection: Connection,
): readonly [egress: Admission, ingress: Admission] => [
  admission(policies, connection, 'Egress'),
  admission(policies, connection, 'Ingress'),
];

function admission(policies: readonly Policy[], connection: Connection, direction: Direction): Admission {
  const { from, to } = connection;
  const [party, other] = direction === 'Egress' ? [from, to] : [to, from];
  const selecting = policiesFor(policies, party, direction);
  const rules = selecting.flatMap((policy) =>
    rulesOf(policy, direction).flatMap(({ peers, ports }, rule) =>
      peersMatch(policy, peers, other) && portsMatch(ports, connection) ? [{ policy, rule }] : [],
    ),
  );
  return { direction, policies: selecting, rules };
}

/** The end at which a connection is refused, with the policies that select it there; `undefined` when none refuses. */
export const refusedBy = (policies: readonly Policy[], connection: Connection): Admission | undefined =>
  admissionsOf(policies, connection).find(
    ({ policies: selecting, rules }) => selecting.length > 0 && rules.length === 0,
  );

/** The directions a policy is about, as Kubernetes fills them in. */
export const directionsOf = ({ content: { spec } }: Policy): readonly Direction[] =>
  spec.policyTypes ?? (spec.egress.length > 0 ? ['Ingress', 'Egress'] : ['Ingress']);

export const rulesOf = (
  { content: { spec } }: Policy,
  direction: Direction,
): { peers: readonly Peer[]; ports: readonly PortRule[] }[] =>
  direction === 'Ingress'
    ? spec.ingress.map(({ from, ports }) => ({ peers: from, ports }))
    : spec.egress.map(({ to, ports }) => ({ peers: to, ports }));

/** The policies that apply to a party in a direction; where none does, everything is allowed. */
export const policiesFor = (policies: readonly Policy[], party: Party, direction: Direction): Policy[] =>
  policies.filter(
    (policy) =>
      policy.namespace === party.namespace?.name &&
      directionsOf(policy).includes(direction) &&
      party.labels !== undefined &&
      selects(policy.content.spec.podSelector ?? everyPod, party.labels),
  );

/** An absent or empty list means every peer. */
export const peersMatch = (policy: Policy, peers: readonly Peer[], party: Party): boolean =>
  peers.length === 0 || peers.some((peer) => peerMatches(policy, peer, party));

export function peerMatches(policy: Policy, peer: Peer, party: Party): boolean {
  if (peer.ipBlock) {
    const { cidr, except } = peer.ipBlock;
    return (
      party.address !== undefined &&
      within(cidr, party.address) &&
      !except.some((hole) => within(hole, party.address ?? ''))
    );
  }
  if (!party.namespace || !party.labels) return false;
  const namespace = peer.namespaceSelector
    ? selects(peer.namespaceSelector, party.namespace.labels)
    : party.namespace.name === policy.namespace;
  return namespace && selects(peer.podSelector ?? everyPod, party.labels);
}

export function portsMatch(
  ports: readonly PortRule[],
  { to, port, protocol }: Omit<Connection, 'from'>,
): boolean {
  return (
    ports.length === 0 ||
    ports.some((rule) => {
      if (rule.protocol !== protocol) return false;
      if (rule.port === undefined) return true;
      if (typeof rule.port === 'string') return to.ports?.[rule.port] === port;
      return rule.endPort === undefined ? rule.port === port : rule.port <= port && port <= rule.endPort;
    })
  );
}
