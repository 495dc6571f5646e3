import { knownPortHint } from '../../model/known-port.ts';
import { nearest, onlyNearest } from '../../model/nearest.ts';
import { replacing, setting, type Mended } from '../changes.ts';
import type { Severity } from '../codes.ts';
import type { Fault } from '../findings.ts';
import type { Graph } from '../graph/graph.ts';
import { placeIn } from '../graph/objects.ts';
import { listed } from '../listed.ts';
import { valueAt } from '../source.ts';
import { servicePort, type Service, type ServicePort } from '../graph/ports.ts';
import { routedIn, askedInside } from './routed.ts';
import type { Routed } from './routed-service.ts';
import { called, type Check, type Subject } from './subject.ts';

/** Every route, and all that the cluster itself asks, must lead to a Service and a port that are there. */
export const routes: Check = (subject) =>
  [...routedIn(subject.graph), ...askedInside(subject.graph)].flatMap((target): Fault[] => {
    const { port } = target;
    const service = subject.graph.find('Service', target.namespace, target.name);
    if (!service) return [missingService(subject, target)];
    return port === undefined || servicePort(service, port) || !isPortRead(service, port)
      ? []
      : [portNotServed(subject, service, target, port)];
  });

/** An Ingress names ports; a route of the Gateway API numbers them. A Service for a name outside has none to check. */
const isPortRead = ({ content: { spec } }: Service, port: number | string): boolean =>
  port !== '' && !(spec.type === 'ExternalName' && spec.ports.length === 0);

function missingService({ graph }: Subject, target: Routed): Fault {
  const { route, namespace, name, at } = target;
  const services = graph.ofKindIn('Service', namespace);
  const names = services.map((one) => one.name);
  const near = nearest(name, names);
  const elsewhere = graph
    .ofKindCalled('Service', name)
    .find(({ content }) => content.spec.type !== 'ExternalName');
  // All Services of the namespace may come with other manifests, and one may be made by an operator.
  const isCertain = services.length > 0 && !graph.customs.mayMakeCalled(namespace, name);
  const own = placeIn(route, 'metadata', 'namespace');
  // What is called right is in the wrong place: the namespace is at fault, where it is written and is the Service's too.
  const isMisplaced = elsewhere !== undefined && !isCertain && namespace === valueAt(own.doc.value, own.path);
  return {
    code: 'HOST_UNKNOWN',
    severity:
      isCertain || (isMisplaced && isOnly(graph, route, elsewhere))
        ? asCertain(target, near)
        : lessThanCertain(elsewhere),
    message: `${called(route)} leads to Service ${name}, which is not in namespace ${namespace}${elsewhere ? `, but in ${elsewhere.namespace}` : ''}.`,
    here: isMisplaced ? own : placeIn(route, ...at),
    ...(elsewhere ? { there: placeIn(elsewhere, 'metadata', 'name') } : {}),
    fix: near
      ? `Write ${renamed(target, near)}.`
      : elsewhere
        ? `Put both into one namespace.`
        : 'Name a Service that is there.',
    ...renaming(target, onlyNearest(name, names)),
  };
}

/** Whether the name stands alone, and not in a host or URL, which has the namespace behind it. */
const isAlone = ({ route, name, at }: Routed): boolean => valueAt(route.doc.value, at) === name;

const renamed = (target: Routed, name: string): string =>
  isAlone(target) ? name : `${name}.${target.namespace}`;

function renaming(target: Routed, right: string | undefined): Mended {
  if (right === undefined) return {};
  const place = placeIn(target.route, ...target.at);
  return isAlone(target)
    ? setting(place, right)
    : replacing(place, renamed(target, target.name), renamed(target, right));
}

const asCertain = ({ custom }: Routed, near: string | undefined): Severity =>
  custom && near === undefined ? 'warning' : 'error';

const lessThanCertain = (elsewhere: Service | undefined): Severity => (elsewhere ? 'warning' : 'unknown');

/** Whether nothing but routes is in the namespace of one, and all that it leads to is in one other. */
const isOnly = (graph: Graph, route: Routed['route'], { namespace }: Service): boolean =>
  graph.objects.every((one) => one.namespace !== route.namespace || one.kind === route.kind) &&
  routedIn(graph)
    .filter((one) => one.route === route)
    .every(({ name, port }) => {
      const service = graph.find('Service', namespace, name);
      return service && (port === undefined || servicePort(service, port));
    });

function portNotServed(
  { knownPorts }: Subject,
  service: Service,
  target: Routed,
  port: number | string,
): Fault {
  const { ports } = service.content.spec;
  const led = ports.find(({ targetPort }) => targetPort === port);
  const served = listed(ports, (one) => (one.name ? `${one.name} (${one.port})` : one.port));
  return {
    code: 'PORT_NOT_SERVED',
    message: `${called(target.route)} leads to port "${port}" of ${called(service)}, which serves ${served || 'no port'}.`,
    here: placeIn(target.route, ...target.portAt),
    there: placeIn(service, 'spec', 'ports', 0, 'port'),
    fix: led ? `Write ${led.port}: the Service leads it to ${port}.` : 'Write one of these.',
    ...rerouted(target, ports, led),
    hint: typeof port === 'number' ? knownPortHint(knownPorts, port) : undefined,
  };
}

/** The port that leads where the route wants to, else the only one, or the only one that is called almost so. */
function rerouted(
  { route, port, portAt }: Routed,
  ports: readonly ServicePort[],
  led: ServicePort | undefined,
): Mended {
  const near = onlyNearest(
    String(port),
    ports.flatMap(({ name }) => name ?? []),
  );
  const meant =
    led ?? (ports.length === 1 ? ports[0] : ports.find(({ name }) => name !== undefined && name === near));
  const value = typeof port === 'number' ? meant?.port : meant?.name;
  if (value === undefined) return {};
  const place = placeIn(route, ...portAt);
  // In an address it is a part of the text.
  return /:/.test(String(valueAt(route.doc.value, portAt)))
    ? replacing(place, `:${port ?? ''}`, `:${value}`)
    : setting(place, value);
}
