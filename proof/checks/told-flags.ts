import type { Fault } from '../findings.ts';
import { placeIn } from '../graph/objects.ts';
import { servicesOf, targetOf } from '../graph/ports.ts';
import { isTold } from '../graph/said-numbers.ts';
import type { Container, Workload } from '../graph/workloads.ts';
import { listed } from '../listed.ts';
import { numberAsked, probesByContainer } from './written-probes.ts';
import { toldIn } from './told.ts';
import { filePorts } from './told-files.ts';
import { ofProgram, toldPorts, type ToldPort } from './told-ports.ts';
import { containerCalled, inContainer, type Check, type Subject } from './subject.ts';

/** What options tell a program to listen on must be what is declared, and what probes ask. */
export const toldFlags: Check = (subject) =>
  subject.graph.workloads.flatMap((workload) =>
    workload.containers
      .filter(
        (container) => !container.init && !toldIn(subject).has(container) && !subject.knownIn(container),
      )
      .flatMap((container) => {
        const told = toldPorts(container);
        const telling = { workload, container, told };
        return [
          ...[...told, ...filePorts(subject.graph, workload, container)].flatMap((one) =>
            faultsOf(subject, telling, one),
          ),
          ...contradicting(telling),
        ];
      }),
  );

interface Telling {
  readonly workload: Workload;
  readonly container: Container;
  readonly told: readonly ToldPort[];
}

function faultsOf(subject: Subject, telling: Telling, one: ToldPort): Fault[] {
  const { container } = telling;
  const { ports } = container.spec;
  const isDeclared = ports.some(({ containerPort }) => containerPort === one.port);
  if (one.isOwn) return isDeclared ? onlyItself(subject, telling, one) : [];
  const namesake = ports.findIndex(({ name }) => isNamesake(name, one.topic));
  if (isDeclared) return [];
  if (namesake >= 0) return [otherThanDeclared(telling, one, namesake)];
  if (/^health/i.test(one.topic)) return askedElsewhere(subject, telling, one);
  const meant = ports.findIndex(
    ({ name = '', containerPort, protocol }) =>
      (ofProgram.test(name) || name === container.name) &&
      protocol === 'TCP' &&
      !isTold(container, containerPort),
  );
  return ofProgram.test(one.topic) && meant >= 0 ? [otherThanDeclared(telling, one, meant)] : [];
}

/** A Service leads to a port that is opened for the pod alone. */
function onlyItself({ graph }: Subject, { workload, container }: Telling, one: ToldPort): Fault[] {
  const service = servicesOf(graph, workload).find(({ content }) =>
    content.spec.ports.some((port) => targetOf(port, workload)?.number === one.port),
  );
  if (!service) return [];
  return [
    {
      code: 'CONTAINER_PORT',
      severity: 'warning',
      message: `${one.name} of ${containerCalled(workload, container)} says an address that only the pod itself reaches, and Service ${service.name} leads to its port ${one.port}.`,
      here: one.place,
      there: placeIn(service, 'spec', 'ports'),
      fix: 'Listen on 0.0.0.0.',
    },
  ];
}

/** One option is given twice, or two of one topic, with different ports: one of them does nothing. */
function contradicting({ workload, container, told }: Telling): Fault[] {
  return told.flatMap((one, index): Fault[] => {
    const other = told
      .slice(0, index)
      .find(
        ({ name, topic, port }) =>
          port !== one.port &&
          (name === one.name
            ? /port$/i.test(name) && !(declares(container, port) && declares(container, one.port))
            : topic !== '' && topic === one.topic),
      );
    if (!other) return [];
    return [
      {
        code: 'CONTAINER_PORT',
        severity: 'warning',
        message: `${one.name} of ${containerCalled(workload, container)} says port ${one.port}, and ${other.name === one.name ? 'before' : other.name} ${other.port}.`,
        here: one.place,
        there: other.place,
        fix: 'Say the port once.',
      },
    ];
  });
}

/** A program may listen on each port that an option names, and declares those. */
const declares = ({ spec }: Container, number: number): boolean =>
  spec.ports.some(({ containerPort }) => containerPort === number);

/** `health-probe` is of the port `health`, and `webhook` of `webhook-server`; `grpc` not of `grpc-metrics`. */
function isNamesake(name: string | undefined, topic: string): boolean {
  if (name === undefined || topic === '') return false;
  // Of `entryPoints.web` the last part is a name of its own.
  const [one, other] = [name, topic.split('.').at(-1) ?? ''].map((text) => text.toLowerCase());
  const isPart =
    `${one ?? ''}-`.startsWith(`${other ?? ''}-`) || `${other ?? ''}-`.startsWith(`${one ?? ''}-`);
  return isPart && /metrics/.test(one ?? '') === /metrics/.test(other ?? '');
}

/** What an unknown program does with its option is only as probable as its name. */
const otherThanDeclared = (
  { workload, container }: Telling,
  { name, port, place }: ToldPort,
  index: number,
): Fault => ({
  code: 'CONTAINER_PORT',
  severity: 'warning',
  message: `${name} of ${containerCalled(workload, container)} says port ${port}, and the container declares ${listed(container.spec.ports, ({ name: called, containerPort }) => (called ? `${called} (${containerPort})` : containerPort))}.`,
  here: place,
  there: inContainer(container, 'ports', index, 'containerPort'),
  fix: `Write ${container.spec.ports[index]?.containerPort ?? ''} in ${name}, or declare ${port}.`,
});

function askedElsewhere(subject: Subject, { workload, container, told }: Telling, one: ToldPort): Fault[] {
  const asked = (probesByContainer(subject).get(container) ?? []).filter(({ probe }) => !probe.exec);
  const numbers = asked.map(numberAsked);
  const wrong = asked.find((asking) => {
    const number = numberAsked(asking);
    return number !== undefined && !isTold(container, number) && !told.some(({ port }) => port === number);
  });
  if (!wrong || numbers.includes(one.port)) return [];
  return [
    {
      code: 'PROBE_PORT',
      severity: 'warning',
      message: `The ${wrong.field} of ${containerCalled(workload, container)} asks port ${numberAsked(wrong) ?? ''}, and ${one.name} says ${one.port}.`,
      here: inContainer(container, wrong.field),
      there: one.place,
      fix: `Ask port ${one.port}, or write the port of the probe in ${one.name}.`,
    },
  ];
}
