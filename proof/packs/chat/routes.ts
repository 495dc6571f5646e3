import { httpPaths, webSocketPrefix } from '../../../contract/services/backend.ts';
import { routesOf, type Route } from '../../checks/ingress.ts';
import { called, type Check, type Subject } from '../../checks/subject.ts';
import type { Fault } from '../../findings.ts';
import { placeIn, type ObjectOf } from '../../graph/objects.ts';
import { selectedBy, servicePort, targetOf, type Service } from '../../graph/ports.ts';
import { steps } from '../../source.ts';
import { isBackend } from './backend.ts';

/** The paths a browser asks the chat for: WebSocket, page, status. */
const asked = [httpPaths.chat, httpPaths.page, httpPaths.status].map((path) =>
  path.replaceAll(/:(\w+)/g, 'some-$1'),
);

/** The chat's paths must be routed to it: the WebSocket to ready pods, all else also to pods that report why they wait. */
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

function routeFaults(
  subject: Subject,
  ingress: ObjectOf<'Ingress'>,
  all: readonly Route[],
  path: string,
): Fault[] {
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

/** The WebSocket needs ready pods, the page any pod that can report why it waits. */
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
    : 'which leads nowhere while no pod is ready: the page cannot report why';
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
        isBackend(one.program) &&
        targetOf(found, workload)?.number === one.opens['http'],
    ),
  );
}
