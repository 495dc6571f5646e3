import { isLoopback } from '../../model/loopback.ts';
import type { Listening, Server } from '../../model/pack.ts';
import { only, replacing, type Mended } from '../changes.ts';
import type { Fault } from '../findings.ts';
import { mountsOf, placeOfSetting, type Mount } from '../graph/files.ts';
import { imageFactsOf, isServer } from '../graph/images.ts';
import { placeIn } from '../graph/objects.ts';
import { portsCalled, servicesOf, targetOf, type Service } from '../graph/ports.ts';
import type { Graph } from '../graph/graph.ts';
import { oncePer } from '../graph/once-per.ts';
import { processOf } from '../graph/programs.ts';
import type { Container, Workload } from '../graph/workloads.ts';
import { listed } from '../listed.ts';
import type { Place } from '../source.ts';
import { probesByContainer } from './probes.ts';
import { serverOf, valueOf } from './servers.ts';
import { containerCalled, inContainer, type Check, type Subject } from './subject.ts';

/** What a process is told about where to listen, by its command, its variables or its files. */
interface Told {
  readonly workload: Workload;
  readonly container: Container;
  readonly program: string;
  readonly addresses: readonly (Omit<Listening, 'in'> & {
    readonly place: Place;
    /** Whether nothing says the address, so that it is the program's default. */
    readonly usualHost?: boolean;
  })[];
  /** Whether it opens no other port. */
  readonly only: boolean;
}

/** What a process is told: the port must be declared or led to, the address one that others can reach. */
export const listening: Check = (subject) =>
  subject.graph.workloads.flatMap((workload) =>
    workload.containers
      .filter(({ init }) => !init)
      .flatMap((container) => {
        const told = toldByCommand(subject, workload, container) ?? toldByImage(subject, workload, container);
        return told
          ? [...otherPorts(subject, told), ...ownAddress(subject, told)]
          : portVariable(workload, container);
      }),
  );

function toldByCommand({ beside }: Subject, workload: Workload, container: Container): Told | undefined {
  const started = serverOf(container, beside.servers);
  if (!started) return undefined;
  const { name, server, words } = started;
  const isElsewhere = words.some((word) => server.instead?.includes(word.split('=')[0] ?? ''));
  const addresses = isElsewhere ? [] : addressesOf(server, words, container);
  return { workload, container, program: name, only: false, addresses };
}

function addressesOf(server: Server, words: readonly string[], container: Container): Told['addresses'] {
  const said = saidIn(words, server, container);
  const place = inContainer(container, container.spec.command.length > 0 ? 'command' : 'args');
  const host = said.host ?? server.usual?.host;
  // Without any port, it is probably the one that is declared.
  const port = said.port ?? server.usual?.port ?? (host && container.spec.ports[0]?.containerPort);
  if (typeof port !== 'number') return [];
  const usual = { usualPort: said.port === undefined, usualHost: said.host === undefined };
  return [{ port, place, ...usual, ...(host === undefined ? {} : { host }) }];
}

/** The address that options, else variables, tell a server. */
function saidIn(
  words: readonly string[],
  { host, port, variables = {} }: Server,
  { variables: given }: Container,
): { readonly host?: string | undefined; readonly port?: number } {
  const variable = (called: string | undefined): string | undefined => given.get(called ?? '')?.value;
  const bound = valueOf(words, host) ?? variable(variables.host);
  const [, address = bound, behind] = /^(.*):(\d+)$/.exec(bound ?? '') ?? [];
  const number = Number(valueOf(words, port) ?? behind ?? variable(variables.port));
  return { host: address, ...(Number.isInteger(number) ? { port: number } : {}) };
}

/** Only where all of its environment is known, and the command is the image's own or its arguments. */
function toldByImage({ graph, beside }: Subject, workload: Workload, container: Container): Told | undefined {
  const { product, facts } = imageFactsOf(beside.images, workload, container);
  const known = facts.find(({ listens }) => listens !== undefined);
  if (!known?.listens || !container.envKnown) return undefined;
  const running = processOf(graph, workload, container);
  if (!isServer(running, known, product)) return undefined;
  if (known.settings !== undefined && !isFolderKnown(mountsOf(graph, workload, container), known.settings))
    return undefined;
  const addresses = known.listens(running);
  return (
    addresses && {
      ...{ workload, container, program: known.name ?? product, only: known.listensOnly ?? false },
      addresses: addresses.map(({ in: where, ...address }) => ({
        ...address,
        place: placeOfSetting(graph, workload, container, where),
      })),
    }
  );
}

/** Whether the text of every file is known that a volume puts into a folder. */
const isFolderKnown = (mounts: readonly Mount[], folder: string): boolean =>
  mounts
    .filter(({ path }) => `${path}/`.startsWith(`${folder}/`) || `${folder}/`.startsWith(`${path}/`))
    .every(({ files }) => files?.every(({ text }) => text !== undefined) ?? false);

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

/** What is declared is for readers; a Service that leads to another port than is listened on is not. */
function otherPorts(subject: Subject, told: Told): Fault[] {
  const { workload, container, program, addresses } = told;
  const [first] = addresses;
  const wrong = worstPort(subject, told);
  if (!first || !wrong) return [];
  const { port, service } = wrong;
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
