import type { Fault } from '../findings.ts';
import { declaredPorts } from '../graph/ports.ts';
import type { KnownContainer } from '../graph/programs.ts';
import type { Container, Workload } from '../graph/workloads.ts';
import type { Probe } from '../shapes/container.ts';
import { sayingOf } from './services.ts';
import { called, containerCalled, inContainer, type Check, type Subject } from './subject.ts';

const probeFields = ['startupProbe', 'readinessProbe', 'livenessProbe'] as const;
type ProbeField = (typeof probeFields)[number];

/** A probe as it is written, with what it asks. */
export interface Asking {
  readonly workload: Workload;
  readonly container: Container;
  readonly field: ProbeField;
  readonly probe: Probe;
  readonly path: readonly string[];
  readonly port: string | number | undefined;
}

export const probesOf = ({ graph }: Subject): Asking[] =>
  graph.workloads.flatMap((workload) =>
    workload.containers.flatMap((container) =>
      probeFields.flatMap((field) => {
        const probe = container.spec[field];
        if (!probe) return [];
        const action = probe.httpGet
          ? 'httpGet'
          : probe.tcpSocket
            ? 'tcpSocket'
            : probe.grpc
              ? 'grpc'
              : 'exec';
        const port = (probe.httpGet ?? probe.tcpSocket ?? probe.grpc)?.port;
        return [{ workload, container, field, probe, path: [field, action], port }];
      }),
    ),
  );

/** A probe must ask a port its container has: the pod would never be ready, or be restarted for ever. */
export const probePorts: Check = (subject) =>
  probesOf(subject).flatMap((asking): Fault[] => {
    const { workload, container, field, port } = asking;
    const own = declaredPorts(workload).filter((declared) => declared.container === container);
    if (port === undefined || own.some(({ name, number }) => port === name || port === number)) return [];
    if (typeof port === 'number' && own.length === 0) return [];
    const [first] = own;
    return [
      {
        code: 'PROBE_PORT',
        message: `The ${field} of ${containerCalled(workload, container)} asks port "${port}", which it does not declare; it declares ${own.map(({ name, number }) => (name ? `${name} (${number})` : number)).join(', ') || 'none'}.`,
        here: inContainer(container, ...asking.path, 'port'),
        ...(first ? { there: inContainer(container, 'ports', first.index, 'containerPort') } : {}),
        fix: first ? `Write port: ${first.name ?? first.number}.` : 'Declare the port.',
        hint: typeof port === 'number' ? sayingOf(port) : undefined,
      },
    ];
  });

/** A probe of a known program must ask a path that answers, and liveness none that depends on others. */
export const probePaths: Check = (subject) =>
  probesOf(subject).flatMap((asking) => {
    const found = subject.known.find(({ container }) => container === asking.container);
    return found ? [...pathFaults(asking, found), ...schemeFaults(asking, found)] : [];
  });

function pathFaults(asking: Asking, { program, opens }: KnownContainer): Fault[] {
  const { probe, container, workload, field, port } = asking;
  if (!probe.httpGet) return [];
  const number = declaredPorts(workload).find(
    ({ name, number: declared }) => name === port || declared === port,
  )?.number;
  const [portName] = Object.entries(opens).find(([, opened]) => opened === number) ?? [];
  if (portName === undefined) return [];
  const answers = program.facts.answers?.[portName];
  const here = inContainer(container, field, 'httpGet', answers ? 'path' : 'port');
  const where = `The ${field} of ${containerCalled(workload, container)}`;
  if (!answers)
    return program.facts.answers
      ? [
          {
            code: 'PROBE_PORT',
            message: `${where} asks HTTP of port "${portName}", which does not speak it.`,
            here,
            fix: `Ask ${Object.keys(program.facts.answers).join(' or ')}.`,
          },
        ]
      : [];
  const asked = (probe.httpGet.path.split('?')[0] ?? '').replace(/(.)\/$/, '$1');
  const right = field === 'readinessProbe' ? answers.ready : answers.alive;
  // Qdrant's start is over when it is ready: only what restarts a pod for others' sake is wrong.
  if (
    right.includes(asked) ||
    (field === 'startupProbe' && answers.ready.includes(asked) && !program.service.edges?.length)
  )
    return [];
  const depends = answers.ready.includes(asked);
  const always = field === 'readinessProbe' && answers.alive.includes(asked);
  return [
    {
      code: depends ? 'PROBE_DEPENDS' : 'PROBE_PATH',
      message: always
        ? `${where} asks ${asked}, which answers as long as the process lives: pods would be sent requests they cannot serve.`
        : depends
          ? `${where} asks ${asked}, which fails while a dependency is away: Kubernetes would restart pods that are well.`
          : `${where} asks ${asked}, which ${program.service.name} does not answer on its port "${portName}"; it answers ${right.join(', ')}.`,
      here,
      fix: `Write path: ${field === 'readinessProbe' ? (answers.ready[0] ?? '') : (answers.alive[0] ?? '')}.`,
    },
  ];
}

function schemeFaults(
  { probe, container, workload, field }: Asking,
  { program, process }: KnownContainer,
): Fault[] {
  if (!probe.httpGet || (probe.httpGet.scheme === 'HTTPS') === program.facts.speaksTls(process)) return [];
  return [
    {
      code: 'TLS_MISMATCH',
      message: `The ${field} of ${containerCalled(workload, container)} speaks ${probe.httpGet.scheme}, but ${called(workload)} is ${program.facts.speaksTls(process) ? '' : 'not '}configured to speak TLS.`,
      here: inContainer(container, field, 'httpGet', 'scheme'),
      fix: `Write scheme: ${program.facts.speaksTls(process) ? 'HTTPS' : 'HTTP'}.`,
    },
  ];
}
