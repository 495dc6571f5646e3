import { nearest } from '../../model/nearest.ts';
import { httpPaths, webSocketPrefix } from '../../contract/services/backend.ts';
import type { Fault } from '../findings.ts';
import { placeIn, type ObjectOf } from '../graph/objects.ts';
import { selectedBy, servicePort, targetOf, type Service } from '../graph/ports.ts';
import { steps } from '../source.ts';
import { sayingOf } from './services.ts';
import { called, type Check, type Subject } from './subject.ts';

type Ingress = ObjectOf<'Ingress'>;

interface Route {
  readonly ingress: Ingress;
  readonly host: string | undefined;
  readonly path: string;
  readonly exact: boolean;
  readonly name: string;
  readonly port: string | number;
  readonly at: readonly (string | number)[];
}

export function routesOf(ingress: Ingress): Route[] {
  return ingress.content.spec.rules.flatMap(({ host, http }, rule) =>
    (http?.paths ?? []).map(({ path = '/', pathType, backend }, index) => ({
      ingress,
      host,
      path,
      exact: pathType === 'Exact',
      name: backend.service.name,
      port: backend.service.port.number ?? backend.service.port.name ?? '',
      at: ['spec', 'rules', rule, 'http', 'paths', index],
    })),
  );
}

/** Every route must lead to a Service and a port that are there. */
export const routes: Check = ({ graph }) =>
  graph
    .ofKind('Ingress')
    .flatMap(routesOf)
    .flatMap(({ ingress, name, port, at }): Fault[] => {
      const service = graph.find('Service', ingress.namespace, name);
      const names = graph.ofKind('Service').map((one) => one.name);
      if (!service) {
        const near = nearest(name, names);
        return [
          {
            code: 'HOST_UNKNOWN',
            message: `${called(ingress)} leads to Service ${name}, which is not in namespace ${ingress.namespace}.`,
            here: placeIn(ingress, ...at, ...steps('backend.service.name')),
            fix: near ? `Write ${near}.` : 'Name a Service that is there.',
          },
        ];
      }
      if (servicePort(service, port)) return [];
      const { ports } = service.content.spec;
      return [
        {
          code: 'PORT_NOT_SERVED',
          message: `${called(ingress)} leads to port "${port}" of ${called(service)}, which serves ${ports.map((one) => (one.name ? `${one.name} (${one.port})` : one.port)).join(', ')}.`,
          here: placeIn(
            ingress,
            ...at,
            ...steps('backend.service.port'),
            typeof port === 'number' ? 'number' : 'name',
          ),
          there: placeIn(service, 'spec', 'ports', 0, 'port'),
          fix: 'Write one of these.',
          hint: typeof port === 'number' ? sayingOf(port) : undefined,
        },
      ];
    });

/** A certificate for a host that no rule has, or a host of a TLS Ingress without a certificate. */
export const certificates: Check = ({ graph }) =>
  graph.ofKind('Ingress').flatMap((ingress) => {
    const { rules, tls } = ingress.content.spec;
    const hosts = rules.flatMap(({ host }) => (host ? [host] : []));
    const covered = tls.flatMap((entry) => entry.hosts);
    if (tls.length === 0 || hosts.length === 0 || covered.length === 0) return [];
    return [
      ...tls.flatMap((entry, index) =>
        entry.hosts.flatMap((host, position): Fault[] =>
          hosts.includes(host)
            ? []
            : [
                {
                  code: 'TLS_HOST',
                  message: `${called(ingress)} has a certificate for ${host}, but its rules are for ${hosts.join(', ')}.`,
                  here: placeIn(ingress, 'spec', 'tls', index, 'hosts', position),
                  there: placeIn(ingress, 'spec', 'rules', 0, 'host'),
                  fix: `Write ${nearest(host, hosts) ?? hosts[0] ?? ''} at both.`,
                },
              ],
        ),
      ),
    ];
  });

/** What a page, a browser and a WebSocket ask for by path, of the chat. */
const asked = [httpPaths.chat, httpPaths.page, httpPaths.status].map((path) =>
  path.replaceAll(/:(\w+)/g, 'some-$1'),
);

/** The chat's own paths must be routed to it: the WebSocket to ready pods, all else to pods that may explain. */
export const chatRoutes: Check = (subject) =>
  subject.graph.ofKind('Ingress').flatMap((ingress) => {
    const all = routesOf(ingress);
    const hosts = new Set(all.filter((route) => isChat(subject, route)).map(({ host }) => host));
    return [...hosts].flatMap((host) =>
      asked.flatMap((path) =>
        routeFaults(
          subject,
          ingress,
          all.filter((route) => route.host === host),
          path,
        ),
      ),
    );
  });

function routeFaults(subject: Subject, ingress: Ingress, all: readonly Route[], path: string): Fault[] {
  const [chosen] = all.filter((route) => leadsTo(route, path)).sort((a, b) => b.path.length - a.path.length);
  return chosen && isChat(subject, chosen)
    ? readyFaults(subject, chosen, path)
    : [
        {
          code: 'ROUTE',
          message: `${called(ingress)} leads ${path} ${chosen ? `to Service ${chosen.name}, which is not the chat` : 'nowhere'}.`,
          here: placeIn(ingress, ...((chosen ?? all[0])?.at ?? ['spec']), 'path'),
          fix: 'Route / to the backend.',
        },
      ];
}

const leadsTo = ({ path: prefix, exact }: Route, path: string): boolean =>
  path === prefix || (!exact && (prefix === '/' || path.startsWith(`${prefix.replace(/\/$/, '')}/`)));

/** A WebSocket wants ready pods, a page any pod that can say why it waits. */
function readyFaults(subject: Subject, { ingress, name, at }: Route, path: string): Fault[] {
  const service = subject.graph.find('Service', ingress.namespace, name);
  const wantsReady = path.startsWith(`${webSocketPrefix}/`);
  const publishes = service?.content.spec.publishNotReadyAddresses === true;
  const better = subject.graph
    .ofKind('Service')
    .filter((one) => sameTarget(subject, one, service) && one.content.spec.clusterIP !== 'None')
    .find(({ content }) => content.spec.publishNotReadyAddresses !== publishes);
  if (!service || !better || wantsReady !== publishes) return [];
  const trouble = wantsReady
    ? 'which leads to pods that are not ready too: they would refuse the WebSocket'
    : 'which leads nowhere while no pod is ready: nobody could say why';
  return [
    {
      code: 'ROUTE',
      message: `${called(ingress)} leads ${path} to ${called(service)}, ${trouble}.`,
      here: placeIn(ingress, ...at, ...steps('backend.service.name')),
      there: placeIn(better, 'metadata', 'name'),
      fix: `Route ${wantsReady ? webSocketPrefix : path} to ${better.name}.`,
    },
  ];
}

const sameTarget = ({ graph }: Subject, a: Service, b: Service | undefined): boolean =>
  b !== undefined &&
  a !== b &&
  selectedBy(graph, a).some((workload) => selectedBy(graph, b).includes(workload));

/** Whether a route ends at the port of a program that serves the chat's page. */
function isChat({ graph, known }: Subject, { ingress, name, port }: Route): boolean {
  const service = graph.find('Service', ingress.namespace, name);
  const found = service && servicePort(service, port);
  if (!service || !found) return false;
  return selectedBy(graph, service).some((workload) =>
    known.some(
      (one) =>
        one.workload === workload &&
        one.program.facts.answers?.['metrics'] !== undefined &&
        targetOf(found, workload)?.number === one.opens['http'],
    ),
  );
}
