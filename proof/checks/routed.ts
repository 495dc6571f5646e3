import type { Graph } from '../graph/graph.ts';
import type { KnownKind } from '../graph/kinds.ts';
import type { AnyObject, ObjectOf } from '../graph/objects.ts';
import { oncePer } from '../graph/once-per.ts';
import type { GatewayReference } from '../shapes/gateway.ts';
import { steps, type Path } from '../source.ts';
import { aliasTargets } from './aliases.ts';
import { customTargets } from './custom-routes.ts';
import { routesOf } from './ingress.ts';
import type { Routed } from './routed-service.ts';

/** Kinds of the Gateway API that route to Services. */
export const gatewayRoutes = [
  'HTTPRoute',
  'GRPCRoute',
  'TCPRoute',
  'TLSRoute',
  'UDPRoute',
] as const satisfies readonly KnownKind[];
export type GatewayRoute = ObjectOf<(typeof gatewayRoutes)[number]>;

export const gatewayGroup = 'gateway.networking.k8s.io';

/** What every Ingress, every route of the Gateway API and those of known controllers lead clients from outside to. */
export const routedIn = oncePer((graph: Graph): readonly Routed[] => [
  ...graph.ofKind('Ingress').flatMap(ingressTargets),
  ...gatewayRoutes.flatMap((kind) => graph.ofKind(kind)).flatMap(gatewayTargets),
  ...customTargets(graph, 'outside'),
]);

type Named = Pick<Routed, 'namespace' | 'name'>;
const nameOf = ({ namespace, name }: Named): string => `${namespace}/${name}`;

/**
 * What the cluster itself asks: the API server its webhooks, before it stores or turns an object, and the servers of other
 * groups; a mesh, and what scales or rolls out; and what a name in DNS stands for.
 */
export const askedInside = oncePer((graph: Graph): readonly Routed[] => [
  ...customTargets(graph, 'inside'),
  ...aliasTargets(graph),
  ...(['ValidatingWebhookConfiguration', 'MutatingWebhookConfiguration'] as const)
    .flatMap((kind): readonly WebhookConfiguration[] => graph.ofKind(kind))
    .flatMap((route) =>
      route.content.webhooks.flatMap(({ clientConfig: { service } }, index) =>
        askedOf(route, service, ['webhooks', index, 'clientConfig', 'service']),
      ),
    ),
  ...graph
    .ofKind('APIService')
    .flatMap((route) => askedOf(route, route.content.spec.service, steps('spec.service'))),
  ...graph
    .ofKind('CustomResourceDefinition')
    .flatMap((route) =>
      askedOf(
        route,
        route.content.spec.conversion.webhook.clientConfig.service,
        steps('spec.conversion.webhook.clientConfig.service'),
      ),
    ),
]);
type WebhookConfiguration = ObjectOf<'ValidatingWebhookConfiguration' | 'MutatingWebhookConfiguration'>;

const askedOf = (route: AnyObject, service: (Named & { port: number }) | undefined, at: Path): Routed[] =>
  service ? [{ ...service, route, at: [...at, 'name'], portAt: [...at, 'port'] }] : [];

const routedByName = oncePer((graph: Graph) =>
  Map.groupBy([...routedIn(graph), ...askedInside(graph)], nameOf),
);

/** Both, to one Service. */
export const routedTo = (graph: Graph, service: Named): readonly Routed[] =>
  routedByName(graph).get(nameOf(service)) ?? [];

function ingressTargets(ingress: ObjectOf<'Ingress'>): Routed[] {
  const { namespace } = ingress;
  const byDefault = ingress.content.spec.defaultBackend?.service;
  const portField = (port: number | string): string => (typeof port === 'number' ? 'number' : 'name');
  const target = (name: string, port: number | string, at: Path): Routed => ({
    ...{ route: ingress, namespace, name, port },
    at: [...at, 'name'],
    portAt: [...at, 'port', portField(port)],
  });
  const { number, name = '' } = byDefault?.port ?? {};
  return [
    ...routesOf(ingress).map((one) => target(one.name, one.port, [...one.at, ...steps('backend.service')])),
    ...(byDefault ? [target(byDefault.name, number ?? name, steps('spec.defaultBackend.service'))] : []),
  ];
}

/** Where a route's rules name Services: to answer, or to be sent a copy. */
export function gatewayTargets(route: GatewayRoute): Routed[] {
  return route.content.spec.rules.flatMap(({ backendRefs, filters }, rule) => {
    const at: Path = ['spec', 'rules', rule];
    return [
      ...backendRefs.flatMap((one, index) => serviceTarget(route, one, [...at, 'backendRefs', index])),
      ...filters.flatMap(({ requestMirror }, index) =>
        requestMirror
          ? serviceTarget(route, requestMirror.backendRef, [
              ...[...at, 'filters', index],
              ...steps('requestMirror.backendRef'),
            ])
          : [],
      ),
    ];
  });
}

/** Other kinds than Services are a controller's own. */
const serviceTarget = (route: GatewayRoute, reference: GatewayReference, at: Path): Routed[] =>
  reference.group === '' && reference.kind === 'Service'
    ? [
        {
          ...{ route, namespace: reference.namespace ?? route.namespace, name: reference.name },
          ...(reference.port === undefined ? {} : { port: reference.port }),
          ...{ at: [...at, 'name'], portAt: [...at, 'port'] },
        },
      ]
    : [];
