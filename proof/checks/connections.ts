import { knownPortHint } from '../../model/known-port.ts';
import { nearest, onlyNearest } from '../../model/nearest.ts';
import { notShown } from '../../model/redact.ts';
import { only as onlyOf, replacing, type Mended } from '../changes.ts';
import type { Fault } from '../findings.ts';
import { hasNumber, wordsOf } from '../graph/command-words.ts';
import type { Dial } from '../graph/dial.ts';
import { resolveHost, type Host, type ServiceName } from '../graph/hosts.ts';
import { imageFactsOf } from '../graph/images.ts';
import { placeIn, type ObjectOf } from '../graph/objects.ts';
import { oncePer } from '../graph/once-per.ts';
import {
  portsCalled,
  selectedBy,
  servicePort,
  targetOf,
  type Service,
  type ServicePort,
} from '../graph/ports.ts';
import type { KnownContainer } from '../graph/programs.ts';
import type { Workload } from '../graph/workloads.ts';
import type { Doc, Place } from '../source.ts';
import { listed } from '../listed.ts';
import { partText, redialled, rewritten, setTo } from './redial.ts';
import { called, inContainer, type Check, type Subject } from './subject.ts';
import { toItself } from './to-itself.ts';

/**
 * Follows each configured connection: host, Service, port, pod, the program that answers there. What is wrong at one place
 * of a workload is told once, however many of its connections are made of it.
 */
export const connections: Check = (subject) => {
  const told = new Map<Doc, Set<string>>();
  return subject.dials.flatMap((dial) =>
    faultsAt(subject, dial).filter(({ code, here: { doc, path } }) => {
      const keys = told.get(doc) ?? new Set();
      told.set(doc, keys);
      const key = JSON.stringify([
        dial.workload.namespace,
        called(dial.workload),
        dial.host.text,
        code,
        path,
      ]);
      return !keys.has(key) && keys.add(key);
    }),
  );
};

function faultsAt(subject: Subject, dial: Dial): Fault[] {
  const host = resolveHost(subject.graph, dial.workload.namespace, dial.host.text);
  switch (host.kind) {
    case 'missing':
      return isOwnName(dial) ? [] : [missingHost(subject, dial, host)];
    case 'itself':
      return toItself(subject, dial);
    case 'service':
      return toService(subject, dial, host.service);
    case 'outside':
      return host.service ? [unseenHost(subject, dial, host.service)] : [];
  }
}

/** A host that the pod itself gives an address. */
const isOwnName = ({ workload: { pod }, host }: Dial): boolean =>
  ((pod['hostAliases'] ?? []) as readonly { readonly hostnames?: readonly string[] }[]).some(
    ({ hostnames }) => hostnames?.includes(host.text),
  );

/** `QUEUE_PORT` beside `QUEUE_HOST` in an unknown program must be a port. */
export const pairs: Check = ({ graph, knownIn }) =>
  graph.workloads.flatMap((workload) =>
    workload.containers
      .filter((container) => !knownIn(container))
      .flatMap(({ env, variables }) =>
        env.flatMap(({ name, value, secret, place }): Fault[] => {
          const beside = variables.has(name.replace(/PORT$/, 'HOST'));
          if (
            !name.endsWith('_PORT') ||
            !beside ||
            secret ||
            value === undefined ||
            /^(\d{1,5})?$/.test(value)
          )
            return [];
          return [
            {
              code: 'ENV_INVALID',
              message: `${name} of ${called(workload)} is "${value}"; beside a host, that is to be a port.`,
              here: place,
              fix: 'Write a port number.',
            },
          ];
        }),
      ),
  );

const namesOf = oncePer((services: readonly Service[]) => services.map(({ name }) => name));

function missingHost({ graph }: Subject, dial: Dial, host: Extract<Host, { kind: 'missing' }>): Fault {
  if (host.set) return missingPod(dial, host.set);
  const own = graph.find('Service', host.namespace, host.name);
  if (own) return withoutPodNames(dial, own);
  const names = namesOf(graph.ofKindIn('Service', host.namespace));
  const near = nearest(host.name, names);
  const only = onlyNearest(host.name, names);
  const [elsewhere] = graph.ofKindCalled('Service', host.name);
  const there = (near === undefined ? undefined : graph.find('Service', host.namespace, near)) ?? elsewhere;
  return {
    code: 'HOST_UNKNOWN',
    ...(graph.customs.mayMakeCalled(host.namespace, host.name)
      ? { severity: 'unknown' as const }
      : missingSeverity(dial, names.length > 0, there !== undefined)),
    message: `${partText(dial.host)} of ${called(dial.workload)}, and no Service in namespace ${host.namespace} is called that.`,
    here: dial.host.place,
    ...(there ? { there: placeIn(there, 'metadata', 'name') } : {}),
    fix: there
      ? `Write ${there === elsewhere ? `${there.name}.${there.namespace}` : there.name}.`
      : `Name a Service: ${listed(names) || 'there is none'}.`,
    ...(only === undefined ? {} : hostAs(dial, only)),
  };
}

/** Of a namespace that is nowhere in the input; another one that has such a Service may be meant. */
function unseenHost({ graph }: Subject, dial: Dial, { name, namespace }: ServiceName): Fault {
  const [there] = graph.ofKindCalled('Service', name);
  const orWrite = there ? `, or write ${there.name}.${there.namespace} if that is meant` : '';
  return {
    code: 'HOST_UNKNOWN',
    severity: 'unknown',
    message: `${partText(dial.host)} of ${called(dial.workload)}, and nothing of namespace ${namespace} is here.`,
    here: dial.host.place,
    ...(there ? { there: placeIn(there, 'metadata', 'name') } : {}),
    fix: `Give verify the manifests of namespace ${namespace} too${orWrite}.`,
  };
}

const withoutPodNames = (dial: Dial, service: ObjectOf<'Service'>): Fault => ({
  code: 'HOST_UNKNOWN',
  ...(dial.known === 'guessed' ? { severity: 'warning' as const } : {}),
  message: `${partText(dial.host)} of ${called(dial.workload)}, and ${called(service)} is not headless: only a headless Service gives each pod a name.`,
  here: dial.host.place,
  there: placeIn(service, 'metadata', 'name'),
  fix: `Write ${service.name}, or clusterIP: None in the Service.`,
});

function missingPod(dial: Dial, set: ObjectOf<'StatefulSet'>): Fault {
  const { replicas = 1 } = set.content.spec;
  return {
    code: 'HOST_UNKNOWN',
    ...(dial.known === 'guessed' ? { severity: 'warning' as const } : {}),
    message: `${partText(dial.host)} of ${called(dial.workload)}, and ${called(set)} has ${replicas === 1 ? 'one pod, whose number is 0' : `${replicas} pods`}.`,
    here: dial.host.place,
    there: placeIn(set, 'spec', 'replicas'),
    fix: 'Name a pod that it has, or give it more replicas.',
  };
}

/** A Service may come with other manifests, less probably where one is here that is called like it. */
function missingSeverity(
  { known, meant }: Dial,
  hasOthers: boolean,
  isNear: boolean,
): Pick<Fault, 'severity'> {
  if (meant || (hasOthers && known === undefined)) return {};
  if (!isNear) return { severity: 'unknown' };
  return known === 'guessed' || !hasOthers ? { severity: 'warning' } : {};
}

/** The host with another first word: a Service of the same namespace. */
const hostAs = (dial: Dial, service: string): Mended =>
  redialled(dial, 'host', dial.host.text.replace(/^[^.]+/, service));

function toService(subject: Subject, dial: Dial, service: Service): Fault[] {
  const number = Number(dial.port.text);
  // A value that is no number is reported by the variable's schema.
  if (!/^\d+$/.test(dial.port.text)) return [];
  const port = servicePort(service, number);
  const workloads = selectedBy(subject.graph, service);
  if (!port && isOpened(dial, service, workloads)) return [];
  if (!port) return [notServed(subject, dial, service, isAtPods(service, workloads, number))];
  return workloads.flatMap((workload) => {
    const target = targetOf(port, workload);
    if (!target) return [];
    return [
      ...headless(subject, dial, { number: target.number, service, port }),
      ...answers(subject, dial, workload, { number: target.number, service, port }),
    ];
  });
}

/** A headless Service leads to its pods by name, on any port that they have. */
const isAtPods = (service: Service, workloads: readonly Workload[], number: number): boolean =>
  service.content.spec.clusterIP === 'None' &&
  workloads.some((workload) => portsCalled(workload, number).length > 0);

/** Behind a headless Service a pod may be told to open a port that nothing declares, as members of a quorum are. */
const isOpened = (dial: Dial, service: Service, workloads: readonly Workload[]): boolean =>
  service.content.spec.clusterIP === 'None' &&
  workloads.some(({ containers }) =>
    containers.some((container) =>
      [
        ...container.env.flatMap(({ name, value = '' }) => (name === dial.port.variable ? [] : [value])),
        ...wordsOf(container),
      ].some((text) => hasNumber(text, dial.port.text)),
    ),
  );

/** A dialled port that the Service does not serve. */
function notServed(subject: Subject, dial: Dial, service: Service, works: boolean): Fault {
  const { ports } = service.content.spec;
  const [only] = ports;
  const served = listed(ports, ({ port }) => port);
  return {
    code: 'PORT_NOT_SERVED',
    ...(works || mayAnswer(subject, dial, service) ? { severity: 'warning' as const } : {}),
    message: `${partText(dial.port)} of ${called(dial.workload)}, but ${called(service)} (${dial.host.variable}) serves ${served || 'no port'}${works ? '; it is headless, and its pods have the port' : ''}.`,
    here: dial.port.place,
    there: only ? placeIn(service, 'spec', 'ports', 0, 'port') : placeIn(service, 'spec'),
    fix: only
      ? `${setTo(dial.port, ports.length === 1 ? String(only.port) : `one of ${served}`)}${dial.port.secret ? '' : `, or give the Service port ${dial.port.text}`}.`
      : 'Give the Service a port.',
    ...(works || isOdd(subject, dial, service)
      ? {}
      : onlyOf(ports, ({ port }) => redialled(dial, 'port', String(port)))),
    hint: dial.port.secret ? undefined : knownPortHint(subject.knownPorts, Number(dial.port.text)),
  };
}

/**
 * Whether what is dialled may be right: it is guessed from words, or a headless Service, which leads to its pods on any port,
 * has an unknown program behind it.
 */
const mayAnswer = ({ graph, knownIn, beside }: Subject, dial: Dial, service: Service): boolean =>
  dial.known === 'guessed' ||
  (service.content.spec.clusterIP === 'None' &&
    !dial.meant &&
    selectedBy(graph, service).some((workload) =>
      workload.containers.some(
        (container) =>
          !container.init &&
          !knownIn(container) &&
          imageFactsOf(beside.images, workload, container).facts.every(
            ({ speaks, listens }) => !speaks && !listens,
          ),
      ),
    ));

/** Whether the Service may be what is wrong: all its clients, several, dial one other port. */
function isOdd({ dialsTo }: Subject, { port: { text, place } }: Dial, service: Service): boolean {
  const ports = dialsTo(service).map(({ port }) => port);
  const isElsewhere = (other: Place): boolean =>
    other.doc !== place.doc || other.path.join() !== place.path.join();
  return ports.every((port) => port.text === text) && ports.some((port) => isElsewhere(port.place));
}

/** A headless Service resolves to the pods' own addresses: the port is not translated. */
function headless(
  { knownPorts }: Subject,
  dial: Dial,
  { service, port: { port }, number }: Reached,
): Fault[] {
  if (service.content.spec.clusterIP !== 'None' || port === number) return [];
  return [
    {
      code: 'HEADLESS_PORT',
      message: `${partText(dial.port)}, and ${called(service)} is headless: its port ${port} is not translated, the pods listen on ${number}.`,
      here: dial.port.place,
      there: placeIn(service, 'spec', 'clusterIP'),
      fix: `Dial ${number}, or dial a Service that is not headless.`,
      hint: knownPortHint(knownPorts, port),
    },
  ];
}

interface Reached {
  readonly number: number;
  readonly service: Service;
  readonly port: ServicePort;
}

/** The program behind the Service must be the one the edge names, on that port, with the same use of TLS. */
function answers(subject: Subject, dial: Dial, workload: Workload, reached: Reached): Fault[] {
  const target = subject.knownOf(workload)[0];
  if (!target || !dial.meant) return [];
  const { program, container, opens } = target;
  const there = placeIn(
    reached.service,
    'spec',
    'ports',
    reached.service.content.spec.ports.indexOf(reached.port),
    'port',
  );
  if (program.service.name !== dial.meant.service)
    return [
      {
        code: 'WRONG_PROGRAM',
        message: `${partText(dial.host)}, which leads to ${called(workload)}: that is ${program.service.name}, not ${dial.meant.service}.`,
        here: dial.host.place,
        there: inContainer(container, 'image'),
        fix: `Set ${dial.host.variable} to the Service of ${dial.meant.service}.`,
        ...toProgram(subject, dial, dial.meant.service),
      },
    ];
  const [name] = Object.entries(opens).find(([, number]) => number === reached.number) ?? [];
  return [
    ...(name === dial.meant.port || name === undefined
      ? []
      : [
          {
            code: 'WRONG_PORT' as const,
            message: `${partText(dial.port)}, which leads to ${called(workload)} port ${reached.number}: that is its port "${name}", not "${dial.meant.port}".`,
            here: dial.port.place,
            there,
            fix: `Set ${dial.port.variable} to the port of "${dial.meant.port}" (${opens[dial.meant.port] ?? ''}).`,
            ...toPort(dial, workload, reached.service, opens[dial.meant.port]),
            hint: knownPortHint(subject.knownPorts, reached.number),
          },
        ]),
    ...tls(dial, target),
    ...offered(dial, target),
  ];
}

/** The port of a Service that leads to one of the pods. */
function toPort(dial: Dial, workload: Workload, service: Service, wanted: number | undefined): Mended {
  const leading = service.content.spec.ports.filter((port) => targetOf(port, workload)?.number === wanted);
  return leading.length === 1 ? redialled(dial, 'port', String(leading[0]?.port)) : {};
}

/** The only Service that leads to a program by the port that is dialled. */
function toProgram(subject: Subject, dial: Dial, program: string): Mended {
  const leading = subject.graph
    .ofKindIn('Service', dial.workload.namespace)
    .filter(
      (service) =>
        servicePort(service, Number(dial.port.text)) &&
        selectedBy(subject.graph, service).some(
          (workload) => subject.knownOf(workload)[0]?.program.service.name === program,
        ),
    );
  return leading.length === 1 ? hostAs(dial, leading[0]?.name ?? '') : {};
}

function tls(dial: Dial, { program, running, workload, container }: KnownContainer): Fault[] {
  if (!dial.tls) return [];
  const speaks = program.facts.speaksTls(running);
  if ((dial.tls.text === 'true') === speaks) return [];
  return [
    {
      code: 'TLS_MISMATCH',
      message: `${partText(dial.tls)}, but ${called(workload)} is ${speaks ? '' : 'not '}configured to speak TLS.`,
      here: dial.tls.place,
      there: inContainer(container, 'name'),
      fix: `Set ${dial.tls.variable} to ${speaks}, or configure TLS at both.`,
      ...(speaks ? rewritten(dial.tls, 'true') : {}),
    },
  ];
}

/** A user or database the server does not have: `GRAPH_USER` beside `GRAPH_HOST`. */
function offered(dial: Dial, { program, running, workload, container }: KnownContainer): Fault[] {
  const prefix = dial.host.variable.replace(/[^_]*$/, '');
  return Object.entries(program.facts.offers?.(running, container.spec.image ?? '') ?? {}).flatMap(
    ([name, right]): Fault[] => {
      const entry = dial.container.variables.get(`${prefix}${name}`);
      if (!entry?.value || entry.value === right) return [];
      return [
        {
          code: 'CLIENT_UNKNOWN',
          message: `${entry.name} is ${entry.secret ? `another ${notShown}` : `"${entry.value}"`}, but ${called(workload)} has one ${name.toLowerCase()}, "${right}".`,
          here: entry.place,
          there: inContainer(container, 'image'),
          fix: `Set ${entry.name} to ${right}.`,
          ...(entry.secret ? {} : replacing(entry.place, entry.value, right)),
        },
      ];
    },
  );
}
