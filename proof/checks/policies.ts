import { nearest } from '../../model/nearest.ts';
import type { Fault } from '../findings.ts';
import { resolveHost } from '../graph/hosts.ts';
import type { Dial } from '../graph/dial.ts';
import type { Graph } from '../graph/graph.ts';
import { placeIn } from '../graph/objects.ts';
import {
  peerMatches,
  peersMatch,
  policiesFor,
  portsMatch,
  refusedBy,
  rulesOf,
  type Admission,
  type Connection,
  type Direction,
  type Party,
  type Policy,
} from '../graph/policies.ts';
import { selectedBy, servicePort, targetOf } from '../graph/ports.ts';
import { listed } from '../listed.ts';
import { podParty, someAddress } from '../reach.ts';
import type { Place } from '../source.ts';
import { routedIn } from './routed.ts';
import { called, type Check } from './subject.ts';

export const peersField = { Ingress: 'from', Egress: 'to' } as const;

export const rulesField = { Ingress: 'ingress', Egress: 'egress' } as const;

/** Policies must allow every configured connection at both ends: egress and ingress. */
export const connectionsAllowed: Check = ({ graph, dials }) =>
  dials.flatMap((dial) => {
    const { variable: why, place: here } = dial.port;
    const from = podParty(graph, dial.workload);
    return dialledEnds(graph, dial)
      .filter(({ to }) => to.ours || !dial.host.secret) // A secret address is not shown.
      .flatMap((end) => blocked({ from, ...end, why, here }, graph.ofKind('NetworkPolicy')));
  });

/** Whom a connection reaches: the pods behind a Service on their port, or a place outside. */
export function dialledEnds(
  graph: Graph,
  { workload: from, host: { text }, port }: Dial,
): Pick<Wanted, 'to' | 'port'>[] {
  const host = resolveHost(graph, from.namespace, text);
  if (host.kind === 'outside')
    return [
      { to: { name: text, ours: false, address: host.address ?? someAddress }, port: Number(port.text) },
    ];
  if (host.kind !== 'service') return [];
  const dialled = servicePort(host.service, Number(port.text));
  return selectedBy(graph, host.service).flatMap((workload) => {
    const target = dialled && targetOf(dialled, workload);
    return target ? [{ to: podParty(graph, workload), port: target.number }] : [];
  });
}

interface Wanted {
  readonly from: Party;
  readonly to: Party;
  readonly port: number;
  readonly protocol?: string;
  /** What says that the connection is wanted. */
  readonly why: string;
  readonly here: Place;
}

function blocked(
  { from, to, port, protocol = 'TCP', why, here }: Wanted,
  policies: readonly Policy[],
): Fault[] {
  const refused = refusedBy(policies, { from, to, port, protocol });
  const [first] = refused?.policies ?? [];
  if (!refused || !first) return [];
  const verb =
    refused.direction === 'Egress' ? `nothing lets ${from.name} out to` : `nothing lets ${from.name} in to`;
  return [
    {
      code: 'CONNECTION_BLOCKED',
      message: `${why} wants ${from.name} to reach ${to.name} on port ${port}/${protocol}, but ${verb} it: ${listed(refused.policies, called)}.`,
      here,
      ...opening(refused, { from, to, port, protocol }, placeIn(first, 'spec')),
    },
  ];
}

/** What would let a connection through: the peer in a rule for its port, else the port in a rule for its peer. */
function opening(
  { direction, policies }: Admission,
  connection: Connection,
  spec: Place,
): Pick<Fault, 'there' | 'fix'> {
  const { from, to, port, protocol } = connection;
  const other = direction === 'Egress' ? to : from;
  const rules = policies.flatMap((policy) =>
    rulesOf(policy, direction).map(({ peers, ports }, index) => ({
      policy,
      isForPort: portsMatch(ports, connection),
      isForPeer: peersMatch(policy, peers, other),
      at: (field: string) => placeIn(policy, 'spec', rulesField[direction], index, field),
    })),
  );
  const ofPort = rules.find(({ isForPort }) => isForPort);
  if (ofPort)
    return {
      there: ofPort.at(peersField[direction]),
      fix: `Add ${other.name} to "${peersField[direction]}" of the rule for port ${port} in ${called(ofPort.policy)}.`,
    };
  if (rules.some(({ isForPeer }) => isForPeer))
    return {
      there: ruleNear(policies, direction, port) ?? spec,
      fix: `Allow port ${port} in the ${direction.toLowerCase()} rules, or correct the port.`,
    };
  return {
    there: ruleNear(policies, direction, port) ?? spec,
    fix: `Add a rule to ${listed(policies, called)} that lets ${from.name} ${direction === 'Egress' ? 'out to' : 'in to'} ${to.name} on port ${port}/${protocol}.`,
  };
}

/** The rule that was probably meant: the one with the nearest port by its digits. */
function ruleNear(policies: readonly Policy[], direction: Direction, port: number): Place | undefined {
  const all = policies.flatMap((policy) =>
    rulesOf(policy, direction).flatMap(({ ports }, rule) =>
      ports.map((one, index) => ({
        text: String(one.port),
        place: placeIn(policy, 'spec', rulesField[direction], rule, 'ports', index, 'port'),
      })),
    ),
  );
  const near = nearest(
    String(port),
    all.map(({ text }) => text),
  );
  return all.find(({ text }) => text === near)?.place ?? all[0]?.place;
}

const world: Party = { name: 'the world', ours: false, address: someAddress };

/** Policies must admit what a node port, a load balancer or a route opens to the world. */
export const entriesAllowed: Check = ({ graph }) => {
  const policies = graph.ofKind('NetworkPolicy');
  return entriesIn(graph).flatMap(({ to, port, why, here, routed }) => {
    const wanted = { from: world, to, port, why, here };
    return routed && admitsController(graph, policies, wanted) ? [] : blocked(wanted, policies);
  });
};

/** A port of pods that is opened to clients outside the cluster. */
export interface Entry extends Pick<Wanted, 'to' | 'port' | 'why' | 'here'> {
  /** Whether by an Ingress, a route or a load balancer of a class, whose controller is the client. */
  readonly routed: boolean;
}

/** What node ports, load balancers and routes open. */
export function entriesIn(graph: Graph): Entry[] {
  const outward = graph
    .ofKind('Service')
    .filter(({ content }) => content.spec.type === 'NodePort' || content.spec.type === 'LoadBalancer')
    .flatMap((service) =>
      service.content.spec.ports.map((port) => ({
        ...{ service, port, here: placeIn(service, 'spec', 'type') },
        // What a class names may be pods, such as Tailscale's, MetalLB's or Cilium's.
        routed: service.content.spec['loadBalancerClass'] !== undefined,
      })),
    );
  const routed = routedIn(graph).flatMap(({ route, namespace, name, port: wanted = '', portAt }) => {
    const service = graph.find('Service', namespace, name);
    const port = service && servicePort(service, wanted);
    return service && port ? [{ service, port, here: placeIn(route, ...portAt), routed: true }] : [];
  });
  return [...outward, ...routed].flatMap(({ service, port, ...rest }) =>
    selectedBy(graph, service).flatMap((workload) => {
      const target = targetOf(port, workload);
      return target
        ? [{ to: podParty(graph, workload), port: target.number, why: called(service), ...rest }]
        : [];
    }),
  );
}

/**
 * The client of a routed Service is the controller of the Ingress or Gateway: pods that are seldom among the manifests, in any
 * namespace. A rule that lets in pods of which none is here may be for it.
 */
const admitsController = (graph: Graph, policies: readonly Policy[], { to, port }: Wanted): boolean =>
  policiesFor(policies, to, 'Ingress').some((policy) =>
    rulesOf(policy, 'Ingress').some(
      ({ peers, ports }) =>
        portsMatch(ports, { to, port, protocol: 'TCP' }) &&
        peers.some((peer) => !graph.workloads.some((one) => peerMatches(policy, peer, podParty(graph, one)))),
    ),
  );
