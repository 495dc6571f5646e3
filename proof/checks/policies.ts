import { nearest } from '../../model/nearest.ts';
import type { Fault } from '../findings.ts';
import { resolveHost } from '../graph/hosts.ts';
import type { Graph } from '../graph/graph.ts';
import { placeIn } from '../graph/objects.ts';
import {
  peerMatches,
  policiesFor,
  portsMatch,
  refusedBy,
  rulesOf,
  type Direction,
  type Party,
  type Policy,
} from '../graph/policies.ts';
import { selectedBy, servicePort, targetOf } from '../graph/ports.ts';
import { podParty, someAddress } from '../reach.ts';
import type { Place } from '../source.ts';
import { routedIn } from './routed.ts';
import { called, type Check } from './subject.ts';

export const peersField = { Ingress: 'from', Egress: 'to' } as const;

export const rulesField = { Ingress: 'ingress', Egress: 'egress' } as const;

/** Policies must allow every configured connection at both ends: egress and ingress. */
export const connectionsAllowed: Check = ({ graph, dials }) =>
  dials.flatMap((dial) => {
    const from = podParty(graph, dial.workload);
    const policies = graph.ofKind('NetworkPolicy');
    const host = resolveHost(graph, dial.workload.namespace, dial.host.text);
    if (host.kind === 'outside') {
      // A secret address is not shown.
      if (dial.host.secret) return [];
      const to: Party = { name: dial.host.text, ours: false, address: host.address ?? someAddress };
      return blocked(
        { from, to, port: Number(dial.port.text), why: dial.port.variable, here: dial.port.place },
        policies,
      );
    }
    if (host.kind !== 'service') return [];
    const port = servicePort(host.service, Number(dial.port.text));
    return selectedBy(graph, host.service).flatMap((workload) => {
      const target = port && targetOf(port, workload);
      return target
        ? blocked(
            {
              from,
              to: podParty(graph, workload),
              port: target.number,
              why: dial.port.variable,
              here: dial.port.place,
            },
            policies,
          )
        : [];
    });
  });

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
      message: `${why} wants ${from.name} to reach ${to.name} on port ${port}/${protocol}, but ${verb} it: ${refused.policies.map(called).join(', ')}.`,
      here,
      there: ruleNear(refused.policies, refused.direction, port) ?? placeIn(first, 'spec'),
      fix: `Allow port ${port} in the ${refused.direction.toLowerCase()} rules, or correct the port.`,
    },
  ];
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
  const outward = graph
    .ofKind('Service')
    .filter(({ content }) => content.spec.type === 'NodePort' || content.spec.type === 'LoadBalancer')
    .flatMap((service) =>
      service.content.spec.ports.map((port) => ({ service, port, here: placeIn(service, 'spec', 'type') })),
    );
  const routed = routedIn(graph).flatMap(({ route, namespace, name, port: wanted = '', portAt }) => {
    const service = graph.find('Service', namespace, name);
    const port = service && servicePort(service, wanted);
    return service && port ? [{ service, port, here: placeIn(route, ...portAt) }] : [];
  });
  const entriesOf = (entries: typeof outward, admits: (wanted: Wanted) => boolean): Fault[] =>
    entries.flatMap(({ service, port, here }) =>
      selectedBy(graph, service).flatMap((workload) => {
        const target = targetOf(port, workload);
        const to = podParty(graph, workload);
        if (!target) return [];
        const wanted = { from: world, to, port: target.number, why: called(service), here };
        return admits(wanted) ? [] : blocked(wanted, policies);
      }),
    );
  return [
    ...entriesOf(outward, () => false),
    ...entriesOf(routed, (wanted) => admitsController(graph, policies, wanted)),
  ];
};

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
