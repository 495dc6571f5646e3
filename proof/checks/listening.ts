import { isLoopback } from '../../model/loopback.ts';
import { only, replacing, type Mended } from '../changes.ts';
import type { Fault } from '../findings.ts';
import { placeIn } from '../graph/objects.ts';
import { portsCalled, servicesOf, targetOf, type Service } from '../graph/ports.ts';
import type { Graph } from '../graph/graph.ts';
import { oncePer } from '../graph/once-per.ts';
import type { Container, Workload } from '../graph/workloads.ts';
import { listed } from '../listed.ts';
import type { Place } from '../source.ts';
import { probesByContainer } from './written-probes.ts';
import { askedElsewhere, probeFault } from './asked-elsewhere.ts';
import { toldIn, type Told } from './told.ts';
import { containerCalled, inContainer, type Check, type Subject } from './subject.ts';

/** What a process is told: the port must be declared or led to, the address one that others can reach. */
export const listening: Check = (subject) =>
  subject.graph.workloads.flatMap((workload) =>
    workload.containers
      .filter(({ init }) => !init)
      .flatMap((container) => {
        const told = toldIn(subject).get(container);
        return told
          ? [...portFaults(subject, told), ...ownAddress(subject, told)]
          : portVariable(workload, container);
      }),
  );

/** A port of a container that others are led to, with the Service that leads there. */
interface Reached {
  readonly port: number;
  readonly service: Service | undefined;
}

/** The ports it declares, and those that Services lead to where no other container can have them. */
function reachedPorts(graph: Graph, workload: Workload, container: Container): Reached[] {
  const own = container.spec.ports.map(({ containerPort }) => containerPort);
  const alone = workload.containers.filter(({ init }) => !init).length === 1;
  const led = alone ? [...servicesByPort(graph)(workload).keys()].reverse() : [];
  const all = new Set([...own, ...led.filter((port) => portsCalled(workload, port).length === 0)]);
  return [...all].map((port) => ({ port, service: leadingTo(graph, workload, port) }));
}

/** A Service with a port that leads to this one of the pods. */
const leadingTo = (graph: Graph, workload: Workload, port: number): Service | undefined =>
  servicesByPort(graph)(workload).get(port);

/** The first Service that leads to each port of the pods of a workload. */
const servicesByPort = oncePer((graph: Graph) =>
  oncePer((workload: Workload): ReadonlyMap<number, Service> => {
    const led = servicesOf(graph, workload).flatMap((service) =>
      service.content.spec.ports.flatMap((port): [number, Service][] => {
        const target = targetOf(port, workload);
        return target ? [[target.number, service]] : [];
      }),
    );
    return new Map(led.reverse());
  }),
);

/** Ports that are led to, declared or asked by probes; where a probe asks the port that is declared, it is the graver one. */
function portFaults(subject: Subject, told: Told): Fault[] {
  const wrong = worstPort(subject, told);
  const led = wrong ? otherPorts(told, wrong) : [];
  const isCertain = led.some(({ severity }) => severity === undefined);
  const asked = askedElsewhere(subject, told).filter(({ number }) => !isCertain || number !== wrong?.port);
  const isAsked = asked.some(({ number }) => number === wrong?.port);
  return [...(isAsked ? [] : led), ...asked.map((one) => probeFault(told, one))];
}

/** What is declared is for readers; a Service that leads to another port than is listened on is not. */
function otherPorts({ workload, container, program, addresses }: Told, { port, service }: Reached): Fault[] {
  const [first] = addresses;
  if (!first) return [];
  const listened = addresses.map((address) => address.port).join(' and ');
  const index = container.spec.ports.findIndex(({ containerPort }) => containerPort === port);
  const certain = service !== undefined && addresses.some(({ usualPort }) => !usualPort);
  return [
    {
      code: 'CONTAINER_PORT',
      ...(certain ? {} : { severity: 'warning' as const }),
      message: `${containerCalled(workload, container)} runs ${program}, which as it is told listens on port ${listened}, and ${index < 0 ? 'is led to' : 'declares'} ${port}${service ? `, where Service ${service.name} leads` : ''}.`,
      here: first.place,
      there:
        index < 0 && service
          ? placeIn(service, 'spec', 'ports')
          : inContainer(container, 'ports', index, 'containerPort'),
      fix: `Tell it to listen on ${port}, or declare ${listened} and lead the Service there.`,
    },
  ];
}

/** A port that is led to, else declared, on which nothing listens. */
function worstPort(
  { graph, knownIn }: Subject,
  { workload, container, addresses, only }: Told,
): Reached | undefined {
  // Of a program that is known whole, what it opens is compared with what it declares.
  if (knownIn(container)) return undefined;
  const reached = reachedPorts(graph, workload, container);
  const wrong = reached.filter(({ port }) => !addresses.some((address) => address.port === port));
  // One that is listened on is enough, where it may open others that it is not told about.
  if (!only && wrong.length < reached.length) return undefined;
  return wrong.find(({ service }) => service) ?? wrong[0];
}

const isItself = (host: string | undefined): boolean => host !== undefined && isLoopback(host);

/** Only the pod itself reaches 127.0.0.1: not a Service, nor a probe. */
const ownAddress = (subject: Subject, { workload, container, program, addresses }: Told): Fault[] =>
  addresses
    .filter(
      ({ host, port }) =>
        isItself(host) && !addresses.some((other) => other.port === port && !isItself(other.host)),
    )
    .flatMap(({ host = '', port, place, usualHost }): Fault[] => {
      const caller = callerOf(subject, workload, container, port);
      if (!caller) return [];
      const told = usualHost
        ? `does not tell ${program} on which address to listen, so it is ${host}`
        : `tells ${program} to listen on ${host}`;
      return [
        {
          code: 'CONTAINER_PORT',
          // Its image may set a variable that says otherwise.
          ...(usualHost ? { severity: 'warning' as const } : {}),
          message: `${containerCalled(workload, container)} ${told}, which only the pod itself reaches, and ${caller.says} its port ${port}.`,
          here: place,
          there: caller.place,
          fix: 'Listen on 0.0.0.0.',
          ...(usualHost ? {} : everywhere(container, place, host)),
        },
      ];
    });

/** All addresses, where the own one is written once: in a word of the command, a variable or a file. */
function everywhere(container: Container, place: Place, host: string): Mended {
  const words = (['command', 'args'] as const).flatMap((field) =>
    container.spec[field].map((word, index) => ({ word, place: inContainer(container, field, index) })),
  );
  const holding = words.filter(({ word }) => word.includes(host));
  return holding.length === 0
    ? replacing(place, host, '0.0.0.0')
    : only(holding, (one) => replacing(one.place, host, '0.0.0.0'));
}

/** Who dials a port of a container at the address of its pod: a Service, else a probe. */
function callerOf(
  subject: Subject,
  workload: Workload,
  container: Container,
  port: number,
): { readonly says: string; readonly place: Place } | undefined {
  const service = leadingTo(subject.graph, workload, port);
  if (service) return { says: `Service ${service.name} leads to`, place: placeIn(service, 'spec', 'ports') };
  const probe = probeOf(subject, container, port);
  return probe && { says: `its ${probe.field} asks`, place: inContainer(container, probe.field) };
}

/** A probe that kubelet itself asks, at the address of the pod. */
const probeOf = (
  subject: Subject,
  container: Container,
  wanted: number,
): { readonly field: string } | undefined =>
  probesByContainer(subject)
    .get(container)
    ?.find(({ probe, port }) => {
      const number =
        container.spec.ports.find(({ name }) => name !== undefined && name === port)?.containerPort ?? port;
      return !probe.exec && number === wanted && probe.httpGet?.['host'] === undefined;
    });

/** Most servers in containers listen where PORT says. */
function portVariable(workload: Workload, container: Container): Fault[] {
  const entry = container.variables.get('PORT');
  const own = container.spec.ports.map(({ containerPort }) => containerPort);
  const number = Number(entry?.value);
  if (!entry || !(number > 0) || own.length === 0 || portsCalled(workload, number).length > 0) return [];
  return [
    {
      code: 'CONTAINER_PORT',
      severity: 'warning',
      message: `PORT of ${containerCalled(workload, container)} is ${number}, and the container declares ${listed(own)}: a program that reads PORT listens elsewhere than is declared.`,
      here: entry.place,
      there: inContainer(container, 'ports', 0, 'containerPort'),
      fix: `Write ${own.join(' or ')} in PORT, or declare ${number}.`,
    },
  ];
}
