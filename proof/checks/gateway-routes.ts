import type { Severity } from '../codes.ts';
import { field, only } from '../changes.ts';
import type { Fault } from '../findings.ts';
import type { Graph } from '../graph/graph.ts';
import { placeIn } from '../graph/objects.ts';
import { gatewayGroup, gatewayRoutes, gatewayTargets } from './routed.ts';
import type { Routed } from './routed-service.ts';
import { called, type Check } from './subject.ts';

/** A route of the Gateway API must say the port of a Service, and be let into another namespace. */
export const gatewayReferences: Check = ({ graph }) =>
  gatewayRoutes
    .flatMap((kind) => graph.ofKind(kind))
    .flatMap(gatewayTargets)
    .flatMap((target) => [...withoutPort(graph, target), ...notGranted(graph, target)]);

function withoutPort(graph: Graph, { route, namespace, name, port, at }: Routed): Fault[] {
  if (port !== undefined) return [];
  const ports = graph.find('Service', namespace, name)?.content.spec.ports ?? [];
  return [
    {
      code: 'INVALID_FIELD',
      message: `${called(route)} leads to Service ${name} and names no port, which a Service needs.`,
      here: placeIn(route, ...at),
      fix: "Write port: with one of the Service's ports.",
      ...only(ports, (one) => field(placeIn(route, ...at.slice(0, -1)), 'port', one.port)),
    },
  ];
}

function notGranted(graph: Graph, { route, namespace, name, at }: Routed): Fault[] {
  if (namespace === route.namespace || isGranted(graph, route, namespace, name)) return [];
  const [grant] = graph.ofKindIn('ReferenceGrant', namespace);
  return [
    {
      code: 'ROUTE_NOT_GRANTED',
      ...(grant ? {} : { severity: grantSeverity(graph, namespace) }),
      message: `${called(route)} of namespace ${route.namespace} leads to Service ${name} of namespace ${namespace}, and no ReferenceGrant there lets it.`,
      here: placeIn(route, ...at.slice(0, -1), 'namespace'),
      ...(grant ? { there: placeIn(grant, 'spec') } : {}),
      fix: `Add a ReferenceGrant in namespace ${namespace}: from ${route.kind}s of namespace ${route.namespace}, to Service ${name}.`,
    },
  ];
}

/** A grant may come with other manifests of its namespace: less probably, where some of it are here. */
const grantSeverity = (graph: Graph, namespace: string): Severity =>
  graph.hasNamespace(namespace) ? 'warning' : 'unknown';

const isGranted = (graph: Graph, route: Routed['route'], namespace: string, service: string): boolean =>
  graph
    .ofKindIn('ReferenceGrant', namespace)
    .some(
      ({ content: { spec } }) =>
        spec.from.some(
          (from) =>
            from.group === gatewayGroup && from.kind === route.kind && from.namespace === route.namespace,
        ) &&
        spec.to.some(
          ({ group, kind, name }) =>
            group === '' && kind === 'Service' && (name === undefined || name === service),
        ),
    );
