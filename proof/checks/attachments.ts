import { onlyNearest } from '../../model/nearest.ts';
import { setting, slipOf } from '../changes.ts';
import type { Fault } from '../findings.ts';
import type { Graph } from '../graph/graph.ts';
import { placeIn, type ObjectOf } from '../graph/objects.ts';
import { selects } from '../graph/selectors.ts';
import { listed } from '../listed.ts';
import type { Listener, ParentReference } from '../shapes/gateway.ts';
import type { Path } from '../source.ts';
import { haveCommonHost } from './host-patterns.ts';
import { gatewayGroup, gatewayRoutes, type GatewayRoute } from './routed.ts';
import { called, type Check } from './subject.ts';

type Gateway = ObjectOf<'Gateway'>;

/** A route as it asks one of its Gateways to be attached. */
interface Asked {
  readonly route: GatewayRoute;
  readonly reference: ParentReference;
  readonly at: Path;
  readonly gateway: Gateway;
}

/** A route must find a listener of each Gateway that it names. */
export const attachments: Check = ({ graph }) =>
  gatewayRoutes
    .flatMap((kind): readonly GatewayRoute[] => graph.ofKind(kind))
    .flatMap((route) =>
      route.content.spec.parentRefs.flatMap((reference, index): Fault[] => {
        if (reference.group !== gatewayGroup || reference.kind !== 'Gateway') return [];
        const at: Path = ['spec', 'parentRefs', index];
        const near = graph.ofKindIn('Gateway', reference.namespace ?? route.namespace);
        // Of two of one name, which is told elsewhere, either may be meant.
        const faults = near
          .filter(({ name }) => name === reference.name)
          .map((gateway) => notAttached(graph, { route, reference, at, gateway }));
        return faults.length === 0
          ? missingGateway(near, route, reference, at)
          : faults.some((found) => found.length === 0)
            ? []
            : (faults[0] ?? []);
      }),
    );

/** Gateways come with other manifests as often as not: one is missing for certain where another is called almost like it. */
function missingGateway(
  near: readonly Gateway[],
  route: GatewayRoute,
  { name, namespace }: ParentReference,
  at: Path,
): Fault[] {
  if (near.length === 0) return [];
  const names = near.map((one) => one.name);
  const here = placeIn(route, ...at, 'name');
  return [
    {
      code: 'OBJECT_MISSING',
      ...(onlyNearest(name, names) === undefined ? { severity: 'unknown' as const } : {}),
      message: `${called(route)} is for Gateway ${name}, which is not in namespace ${namespace ?? route.namespace}.`,
      here,
      fix: `Name a Gateway that is there: ${listed(names)}.`,
      ...slipOf(here, name, names),
    },
  ];
}

/** What the listeners of a Gateway are asked for, one after the other: the first that none of them has is told. */
function notAttached(graph: Graph, asked: Asked): Fault[] {
  let left: readonly Listener[] = asked.gateway.content.spec.listeners;
  for (const { has, fault } of conditions(graph, asked)) {
    const found = left.filter(has);
    if (found.length === 0 && left.length > 0) return [{ code: 'ROUTE_NOT_ATTACHED', ...fault(left) }];
    left = found;
  }
  return [];
}

interface Condition {
  readonly has: (listener: Listener) => boolean;
  readonly fault: (left: readonly Listener[]) => Omit<Fault, 'code'>;
}

function conditions(graph: Graph, { route, reference, at, gateway }: Asked): Condition[] {
  const { sectionName, port } = reference;
  const { hostnames } = route.content.spec;
  const who = called(gateway);
  const own = gateway.content.spec.listeners;
  const placeOf = (left: readonly Listener[], ...field: Path) =>
    placeIn(
      gateway,
      'spec',
      'listeners',
      own.findIndex((one) => one === left[0]),
      ...field,
    );
  const onlyOf = (values: readonly (string | number)[]): string => listed([...new Set(values)]);
  return [
    {
      has: ({ name }) => sectionName === undefined || name === sectionName,
      fault: (left) => {
        const names = left.map(({ name }) => name);
        const here = placeIn(route, ...at, 'sectionName');
        return {
          message: `${called(route)} is for listener ${sectionName ?? ''} of ${who}, which has ${onlyOf(names)}.`,
          ...{ here, there: placeOf(left, 'name'), fix: `Write ${names.join(' or ')}.` },
          ...(names.length === 1 ? setting(here, names[0] ?? '') : slipOf(here, sectionName ?? '', names)),
        };
      },
    },
    {
      has: (one) => port === undefined || one.port === port,
      fault: (left) => {
        const ports = [...new Set(left.map((one) => one.port))];
        const here = placeIn(route, ...at, 'port');
        return {
          message: `${called(route)} is for port ${port ?? ''} of ${who}, which listens on ${onlyOf(ports)}.`,
          ...{ here, there: placeOf(left, 'port'), fix: `Write ${ports.join(' or ')}.` },
          ...(ports.length === 1 ? setting(here, ports[0] ?? 0) : {}),
        };
      },
    },
    {
      has: ({ protocol }) => kindsOf[protocol]?.includes(route.kind) ?? true,
      fault: (left) => ({
        message: `${called(route)} is for ${who}, whose listener takes none of its kind: its protocol is ${onlyOf(left.map(({ protocol }) => protocol))}.`,
        ...{ here: placeIn(route, 'kind'), there: placeOf(left, 'protocol') },
        fix: 'Name a listener of another protocol, or write a route of its kind.',
      }),
    },
    {
      has: (listener) => isLetIn(graph, route, reference, listener),
      fault: (left) => ({
        message: `${called(route)} of namespace ${route.namespace} is for ${who} of namespace ${gateway.namespace}, whose listener takes no route of that namespace.`,
        ...{
          here: placeIn(route, ...at, 'namespace'),
          there: placeOf(left, 'allowedRoutes', 'namespaces', 'from'),
        },
        fix: 'Write allowedRoutes: {namespaces: {from: All}} in the listener, or put the route into its namespace.',
      }),
    },
    {
      has: ({ hostname = '' }) =>
        hostname === '' || hostnames.length === 0 || hostnames.some((host) => haveCommonHost(host, hostname)),
      fault: (left) => ({
        message: `${called(route)} is for ${listed(hostnames)}, and ${who} listens for ${onlyOf(left.flatMap(({ hostname }) => hostname ?? []))}.`,
        ...{ here: placeIn(route, 'spec', 'hostnames', 0), there: placeOf(left, 'hostname') },
        fix: 'Write a host that the listener is for, or give it that of the route.',
      }),
    },
  ];
}

/** The routes that listeners of a protocol take; of one of a controller's own it is not known. */
const kindsOf: Readonly<Record<string, readonly string[]>> = {
  HTTP: ['HTTPRoute', 'GRPCRoute'],
  HTTPS: ['HTTPRoute', 'GRPCRoute'],
  TLS: ['TLSRoute', 'TCPRoute'],
  TCP: ['TCPRoute'],
  UDP: ['UDPRoute'],
};

/** A route that does not say another namespace is in that of its Gateway; of one whose labels are not here nothing is known. */
function isLetIn(
  graph: Graph,
  { namespace }: GatewayRoute,
  reference: ParentReference,
  { allowedRoutes: { namespaces } }: Listener,
): boolean {
  if (reference.namespace === undefined || reference.namespace === namespace) return true;
  const space = graph.find('Namespace', '', namespace);
  const labels = { 'kubernetes.io/metadata.name': namespace, ...space?.labels };
  return namespaces.from === 'Selector'
    ? !space || !namespaces.selector || selects(namespaces.selector, labels)
    : namespaces.from === 'All';
}
