import { knownPortHint } from '../../model/known-port.ts';
import type { Answers, Program } from '../../model/program.ts';
import { onlyNearest } from '../../model/nearest.ts';
import { field as setField, only, setting, type Mended } from '../changes.ts';
import type { Fault } from '../findings.ts';
import { oncePer } from '../graph/once-per.ts';
import { declaredPorts, portsCalled, targetOf } from '../graph/ports.ts';
import type { KnownContainer } from '../graph/programs.ts';
import type { Container, Workload } from '../graph/workloads.ts';
import { listed } from '../listed.ts';
import { dialledNumbers, leadsTo } from './services.ts';
import { called, containerCalled, inContainer, when, type Check, type Subject } from './subject.ts';
import { toldIn } from './told.ts';
import { probesOf, type Asking } from './written-probes.ts';

/** What Kubernetes takes in place of 0. */
const insteadOfZero = {
  periodSeconds: 10,
  timeoutSeconds: 1,
  successThreshold: 1,
  failureThreshold: 3,
} as const;

/** The API server takes 0 in these fields as nothing, and sets its default. */
export const probeZeros: Check = (subject) =>
  probesOf(subject).flatMap(({ workload, container, field, probe }) =>
    (Object.keys(insteadOfZero) as (keyof typeof insteadOfZero)[]).flatMap((name) =>
      when(probe[name] === 0, () => ({
        code: 'PROBE_ZERO',
        message: `${name} of the ${field} of ${containerCalled(workload, container)} is 0, which Kubernetes takes as unset: it will be ${insteadOfZero[name]}.`,
        here: inContainer(container, field, name),
        fix: `Write the number that is meant, or ${insteadOfZero[name]}.`,
      })),
    ),
  );

/** Whether more is known than what a container declares: what its server is told. */
const isTold = (subject: Subject, container: Container): boolean =>
  (toldIn(subject).get(container)?.addresses.length ?? 0) > 0 && !subject.knownIn(container);

/** A probe must ask a port its container has; otherwise the pod is never ready, or is restarted for ever. */
export const probePorts: Check = (subject) =>
  probesOf(subject).flatMap((asking): Fault[] => {
    const { workload, container, field, port } = asking;
    if (port === undefined || portsCalled(workload, port).some((one) => one.container === container))
      return [];
    const own = declaredPorts(workload).filter((declared) => declared.container === container);
    if (typeof port === 'number' && (own.length === 0 || isTold(subject, container))) return [];
    const [first] = own;
    const { severity } = undeclaredSeverity(subject, container, port);
    return [
      {
        code: 'PROBE_PORT',
        ...(severity ? { severity } : {}),
        message: `The ${field} of ${containerCalled(workload, container)} asks port "${port}", which it does not declare; it declares ${listed(own, ({ name, number }) => (name ? `${name} (${number})` : number)) || 'none'}.`,
        here: inContainer(container, ...asking.path, 'port'),
        ...(first ? { there: inContainer(container, 'ports', first.index, 'containerPort') } : {}),
        fix: askedFix(asking, first, severity),
        ...(severity === 'unknown' ? {} : askingOf(asking, own)),
        hint: typeof port === 'number' ? knownPortHint(subject.knownPorts, port) : undefined,
      },
    ];
  });

function askedFix(
  { container, port }: Asking,
  first: { readonly name?: string | undefined; readonly number: number } | undefined,
  severity: Fault['severity'],
): string {
  if (severity === 'unknown')
    return `Declare port ${port ?? ''} if container ${container.name} opens it; else ask a port that it opens.`;
  return first ? `Write port: ${first.name ?? first.number}.` : 'Declare the port.';
}

/** The only port of the container, or the only one that is called almost so. */
function askingOf({ container, port, path }: Asking, own: ReturnType<typeof declaredPorts>): Mended {
  const near = onlyNearest(
    String(port),
    own.flatMap(({ name }) => name ?? []),
  );
  const meant = own.length === 1 ? own[0] : own.find(({ name }) => name !== undefined && name === near);
  if (!meant) return {};
  const value = path.includes('grpc') ? meant.number : (meant.name ?? meant.number);
  return setting(inContainer(container, ...path, 'port'), value);
}

/** A declared port only informs: an unknown program may open others. */
const undeclaredSeverity = (
  { knownIn }: Subject,
  container: Container,
  port: string | number,
): Pick<Fault, 'severity'> => (typeof port === 'string' || knownIn(container) ? {} : { severity: 'unknown' });

/** A TCP probe of a known program must ask the port that clients dial; another one tells nothing about it. */
export const probedPorts: Check = (subject) =>
  probesOf(subject).flatMap(({ workload, container, field, probe, port }): Fault[] => {
    if (!probe.tcpSocket || port === undefined || !subject.knownIn(container)) return [];
    const asked = portsCalled(workload, port)[0]?.number;
    const dialled = dialledPorts(subject)(workload);
    return when(asked !== undefined && dialled.size > 0 && !dialled.has(asked), () => ({
      code: 'PROBE_PORT',
      message: `The ${field} of ${containerCalled(workload, container)} asks port ${asked ?? ''}, while its clients dial ${listed([...dialled])}.`,
      here: inContainer(container, field, 'tcpSocket', 'port'),
      fix: `Ask ${[...dialled].join(' or ')}.`,
      ...only([...dialled], (number) => setting(inContainer(container, field, 'tcpSocket', 'port'), number)),
    }));
  });

/** The ports of a workload's pods that the environments of others lead to. */
const dialledPorts = oncePer((subject: Subject) =>
  oncePer(
    (workload: Workload): ReadonlySet<number> =>
      new Set(
        leadsTo(subject, workload).flatMap(
          ({ service, port }) =>
            (dialledNumbers(subject)(service).has(port.port) && targetOf(port, workload)?.number) || [],
        ),
      ),
  ),
);

/** A probe of a known program must ask a path that answers, and liveness none that depends on others. */
export const probePaths: Check = (subject) =>
  probesOf(subject).flatMap((asking) => {
    const found = subject.knownIn(asking.container);
    return found ? [...pathFaults(asking, found), ...schemeFaults(asking, found)] : [];
  });

function pathFaults(asking: Asking, { program, opens }: KnownContainer): Fault[] {
  const { probe, container, workload, field, port } = asking;
  const asked = port === undefined ? undefined : portsCalled(workload, port)[0]?.number;
  const [portName] = Object.entries(opens).find(([, number]) => number === asked) ?? [];
  const { answers: all } = program.facts;
  if (!probe.httpGet || portName === undefined || !all) return [];
  const answers = all[portName];
  const where = `The ${field} of ${containerCalled(workload, container)}`;
  if (answers) return answerFaults(asking, program, answers, where);
  return [
    {
      code: 'PROBE_PORT',
      message: `${where} asks HTTP of port "${portName}", which does not speak it.`,
      here: inContainer(container, field, 'httpGet', 'port'),
      fix: `Ask ${Object.keys(all).join(' or ')}.`,
      ...only(Object.keys(all), (name) => {
        const number = opens[name];
        const declared = portsCalled(workload, number ?? '')[0];
        const right = declared?.name ?? number;
        return right === undefined ? {} : setting(inContainer(container, field, 'httpGet', 'port'), right);
      }),
    },
  ];
}

function answerFaults(
  { probe, container, field }: Asking,
  { service }: Program,
  { alive, ready }: Answers,
  where: string,
): Fault[] {
  const asked = (probe.httpGet?.path.split('?')[0] ?? '').replace(/(.)\/$/, '$1');
  const right = field === 'readinessProbe' ? ready : alive;
  // A start-up probe may ask a store's readiness: a store has no dependencies that could restart it.
  const ended = field === 'startupProbe' && ready.includes(asked) && !service.edges?.length;
  return when(!right.includes(asked) && !ended, () => ({
    code: ready.includes(asked) ? 'PROBE_DEPENDS' : 'PROBE_PATH',
    ...(alive.includes(asked) ? { severity: 'warning' as const } : {}),
    message: `${where} asks ${asked}, ${troubleOf(asked, { alive, ready })}; ${service.name} answers ${right.join(', ')}.`,
    here: inContainer(container, field, 'httpGet', 'path'),
    fix: `Write path: ${right[0] ?? ''}.`,
    ...only(right, (path) => setting(inContainer(container, field, 'httpGet', 'path'), path)),
  }));
}

function troubleOf(asked: string, { alive, ready }: Answers): string {
  if (ready.includes(asked))
    return 'which fails while a dependency is away: Kubernetes would restart pods that are well';
  return alive.includes(asked)
    ? 'which answers as long as the process lives: pods would be sent requests they cannot serve'
    : 'which it does not answer';
}

function schemeFaults(
  { probe, container, workload, field }: Asking,
  { program, running }: KnownContainer,
): Fault[] {
  if (!probe.httpGet || (probe.httpGet.scheme === 'HTTPS') === program.facts.speaksTls(running)) return [];
  return [
    {
      code: 'TLS_MISMATCH',
      message: `The ${field} of ${containerCalled(workload, container)} speaks ${probe.httpGet.scheme}, but ${called(workload)} is ${program.facts.speaksTls(running) ? '' : 'not '}configured to speak TLS.`,
      here: inContainer(container, field, 'httpGet', 'scheme'),
      fix: `Write scheme: ${program.facts.speaksTls(running) ? 'HTTPS' : 'HTTP'}.`,
      ...setField(
        inContainer(container, field, 'httpGet'),
        'scheme',
        program.facts.speaksTls(running) ? 'HTTPS' : 'HTTP',
      ),
    },
  ];
}
