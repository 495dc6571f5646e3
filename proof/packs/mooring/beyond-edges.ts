import { dialledEnds, entriesIn, peersField, rulesField } from '../../checks/policies.ts';
import { isNameServer } from '../../checks/dns.ts';
import { called, subjectOf, type Pack, type Subject } from '../../checks/subject.ts';
import { readGraph, type Graph } from '../../graph/graph.ts';
import { isManagedByMooring } from '../../graph/managed-by.ts';
import { placeIn } from '../../graph/objects.ts';
import {
  admissionsOf,
  directionsOf,
  peerMatches,
  policiesFor,
  rulesOf,
  type Admission,
  type Connection,
  type Direction,
  type Party,
  type Policy,
} from '../../graph/policies.ts';
import { declaredPorts } from '../../graph/ports.ts';
import { everyPod, selectorText, type Labels } from '../../graph/selectors.ts';
import type { Workload } from '../../graph/workloads.ts';
import type { Knowledge } from '../../knowledge.ts';
import { isDeclaredOutsider } from './outsiders.ts';
import { podParty, someAddress, unnamedPort } from '../../reach.ts';
import type { Selector } from '../../shapes/common.ts';
import type { Peer } from '../../shapes/network.ts';
import type { Doc, Place } from '../../source.ts';

/** A connection that policies allow and no declared edge needs. */
export interface Beyond {
  /** Workloads, or parties outside the manifests. */
  readonly from: readonly string[];
  readonly to: readonly string[];
  /** Of the pods: a number, a range, or `any` for those that no rule names. */
  readonly port: string;
  readonly protocols: readonly string[];
  /** What allows it, at each end that is a pod of the manifests. */
  readonly by: readonly Grant[];
}

/** What allows a connection at one of its ends: a rule, or that no policy selects the pods. */
export interface Grant {
  readonly direction: Direction;
  readonly policy?: string;
  readonly place?: Place;
}

/**
 * Who may reach what beyond the declared edges of the stacks that Mooring rendered: the connections they configure, their
 * entries, the outsiders a port is declared for, and DNS of those that dial. `undefined` where no stack is among the
 * manifests. Pure; whether a network plugin enforces the policies is not asked.
 */
export function beyondEdges(
  docs: readonly Doc[],
  knowledge: Knowledge,
  packs: readonly Pack[],
): Beyond[] | undefined {
  const subject = subjectOf(readGraph(docs).graph, knowledge, packs);
  if (!subject.graph.workloads.some(isOfStack)) return undefined;
  const policies = subject.graph.ofKind('NetworkPolicy');
  const isDeclared = declaredIn(subject);
  const rows = connectionsOf(subject.graph).flatMap((connection): Row[] => {
    const [egress, ingress] = admissionsOf(policies, connection);
    const ends = [...(connection.from.ours ? [egress] : []), ...(connection.to.ours ? [ingress] : [])];
    const isAllowed = ends.every(({ policies: held, rules }) => held.length === 0 || rules.length > 0);
    return isAllowed && !isDeclared(connection) ? [{ connection, by: ends.flatMap(grantsOf) }] : [];
  });
  return merged(rows.filter((row) => !isPartOfAny(row, rows)));
}

const isOfStack = ({ object }: Workload): boolean => isManagedByMooring(object);

interface Door extends Connection {
  readonly shown: string;
}

interface Row {
  readonly connection: Door;
  readonly by: readonly Grant[];
}

/** Every connection that may be allowed and has a pod of a stack at an end. */
function connectionsOf(graph: Graph): Door[] {
  const pods = graph.workloads.map((workload) => podParty(graph, workload));
  const policies = graph.ofKind('NetworkPolicy');
  const outside = outsideParties(policies, pods);
  const isPodOfStack = ({ workload }: Party): boolean => workload !== undefined && isOfStack(workload);
  return [...pods, ...outside].flatMap((from) =>
    [...pods, ...outside]
      .filter((to) => to !== from && (isPodOfStack(from) || isPodOfStack(to)))
      .flatMap((to) => doorsOf(policies, from, to)),
  );
}

/** The ports that pods declare, those that a rule for either end names, and one that stands for all others. */
function doorsOf(policies: readonly Policy[], from: Party, to: Party): Door[] {
  const declared = to.workload ? declaredPorts(to.workload) : [];
  const named = [
    ...policiesFor(policies, from, 'Egress').flatMap((policy) => rulesOf(policy, 'Egress')),
    ...policiesFor(policies, to, 'Ingress').flatMap((policy) => rulesOf(policy, 'Ingress')),
  ].flatMap(({ ports }) => ports);
  const doors = [
    ...declared.map(({ number, protocol }) => ({ port: number, protocol, shown: String(number) })),
    ...named.flatMap(({ port, endPort, protocol }) =>
      typeof port === 'number'
        ? [{ port, protocol, shown: endPort === undefined ? String(port) : `${port}-${endPort}` }]
        : [],
    ),
    ...['TCP', 'UDP', 'SCTP'].map((protocol) => ({ port: unnamedPort, protocol, shown: 'any' })),
  ];
  const unlike = new Map(doors.map((door) => [`${door.port}/${door.protocol}`, door]));
  return [...unlike.values()].map((door) => ({ from, to, ...door }));
}

/** Any address, any pod of the same and of another namespace, and those that only rules tell of. */
function outsideParties(policies: readonly Policy[], pods: readonly Party[]): Party[] {
  const namespaces = new Map(
    pods.flatMap(({ namespace }) => (namespace ? [[namespace.name, namespace]] : [])),
  );
  const usual: Party[] = [
    { name: 'any address', ours: false, address: someAddress },
    ...[...namespaces].map(([name, namespace]) => ({
      ...{ name: `other pods of ${name}`, ours: false, namespace, labels: {} },
    })),
    { name: 'pods of other namespaces', ours: false, namespace: { name: '', labels: {} }, labels: {} },
  ];
  return policies
    .flatMap((policy) =>
      directionsOf(policy).flatMap((direction) =>
        rulesOf(policy, direction).flatMap(({ peers }) => peers.map((peer) => ({ policy, peer }))),
      ),
    )
    .reduce<Party[]>((parties, { policy, peer }) => {
      const isKnown = [...pods, ...parties].some((party) => peerMatches(policy, peer, party));
      return isKnown ? parties : [...parties, partyOf(policy, peer)];
    }, usual);
}

/** Somebody whom a peer of a rule means. */
function partyOf(policy: Policy, { ipBlock, namespaceSelector, podSelector = everyPod }: Peer): Party {
  if (ipBlock) {
    const [address = ''] = ipBlock.cidr.split('/');
    return { name: ipBlock.cidr, ours: false, address };
  }
  const pods = podSelector === everyPod ? 'pods' : `pods ${selectorText(podSelector)}`;
  const labels = labelsFor(podSelector);
  if (!namespaceSelector) {
    const namespace = { name: policy.namespace, labels: {} };
    return { name: `${pods} of ${policy.namespace}`, ours: false, namespace, labels };
  }
  const spaces = selectorText(namespaceSelector);
  const namespace = { name: '', labels: labelsFor(namespaceSelector) };
  return { name: `${pods} of namespaces ${spaces}`, ours: false, namespace, labels };
}

/** Labels that a selector selects, if any do. */
const labelsFor = ({ matchLabels, matchExpressions }: Selector): Labels => ({
  ...matchLabels,
  ...Object.fromEntries(
    matchExpressions
      .filter(({ operator }) => operator === 'In' || operator === 'Exists')
      .map(({ key, values }) => [key, values[0] ?? '']),
  ),
});

/** Whether a connection is an edge that the manifests declare. */
function declaredIn({ graph, dials }: Subject): (connection: Connection) => boolean {
  const edges = dials.flatMap((dial) =>
    dialledEnds(graph, dial).map(({ to, port }) => ({ from: dial.workload, to, port })),
  );
  const entries = entriesIn(graph);
  const dialling = new Set(edges.map(({ from }) => from));
  const isDialled = ({ from, to, port }: Connection): boolean =>
    edges.some(
      (edge) =>
        edge.from === from.workload &&
        edge.port === port &&
        (to.workload
          ? edge.to.workload === to.workload
          : edge.to.address !== undefined && meets(edge.to, to)),
    );
  return (connection) => {
    const { from, to, port } = connection;
    if (isDialled(connection)) return true;
    if (from.workload && !to.workload) return port === 53 && dialling.has(from.workload) && isNameServer(to);
    return (
      (!from.workload && entries.some((entry) => entry.to.workload === to.workload && entry.port === port)) ||
      isDeclaredOutsider(graph, connection)
    );
  };
}

/** Policies know no names: a dial of a name may need any place outside. */
const meets = (dialled: Party, to: Party): boolean =>
  dialled.address === someAddress || dialled.address === to.address;

const grantsOf = ({ direction, policies, rules }: Admission): Grant[] =>
  policies.length === 0
    ? [{ direction }]
    : rules.map(({ policy, rule }) => ({
        direction,
        policy: called(policy),
        place: placeIn(policy, 'spec', rulesField[direction], rule, ...peerStep(policy, direction, rule)),
      }));

/** The line of a rule's peers, where it has any. */
const peerStep = (policy: Policy, direction: Direction, rule: number): string[] =>
  rulesOf(policy, direction)[rule]?.peers.length === 0 ? [] : [peersField[direction]];

const keyOf = ({ direction, policy = '', place }: Grant): string =>
  JSON.stringify([direction, policy, place?.path]);

/** What every port is open to, one of them is open to as well. */
const isPartOfAny = ({ connection: { from, to, shown, protocol } }: Row, rows: readonly Row[]): boolean =>
  shown !== 'any' &&
  rows.some(
    ({ connection: other }) =>
      other.shown === 'any' && other.from === from && other.to === to && other.protocol === protocol,
  );

/** One row for all that reach the same, or are reached alike, by the same rules. */
function merged(rows: readonly Row[]): Beyond[] {
  const each = rows.map(({ connection: { from, to, shown, protocol }, by }) => ({
    ...{ from: [nameOf(from)], to: [nameOf(to)], port: shown, protocols: [protocol], by },
  }));
  return (['protocols', 'from', 'to'] as const).reduce<readonly Beyond[]>(mergedBy, each).slice();
}

/** Rows that differ in one list only as one row. */
const mergedBy = (rows: readonly Beyond[], list: 'protocols' | 'from' | 'to'): Beyond[] =>
  [
    ...Map.groupBy(rows, ({ by, ...row }) =>
      JSON.stringify([{ ...row, [list]: [] }, by.map(keyOf)]),
    ).values(),
  ].flatMap((alike) =>
    alike.slice(0, 1).map((row) => ({ ...row, [list]: alike.flatMap((one) => one[list]) })),
  );

const nameOf = ({ workload, name }: Party): string => workload?.name ?? name;
