import { repositoryOf } from '../../model/image-repository.ts';
import { knownPortHint } from '../../model/known-port.ts';
import { nearest, onlyNearest } from '../../model/nearest.ts';
import { notShown } from '../../model/redact.ts';
import { only as onlyOf, replacing, type Mended } from '../changes.ts';
import type { Fault } from '../findings.ts';
import { itself } from '../graph/clients.ts';
import type { Dial, DialPart } from '../graph/dial.ts';
import { resolveHost, type Host } from '../graph/hosts.ts';
import { placeIn } from '../graph/objects.ts';
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
import { redialled, rewritten } from './redial.ts';
import { called, inContainer, type Check, type Subject } from './subject.ts';

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
      return [missingHost(subject, dial, host)];
    case 'itself':
      return toItself(subject, dial);
    case 'service':
      return toService(subject, dial, host.service);
    case 'outside':
      return [];
  }
}

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
  const names = namesOf(graph.ofKindIn('Service', host.namespace));
  const near = nearest(host.name, names);
  const only = onlyNearest(host.name, names);
  const [elsewhere] = graph.ofKindCalled('Service', host.name);
  const there = (near === undefined ? undefined : graph.find('Service', host.namespace, near)) ?? elsewhere;
  return {
    code: 'HOST_UNKNOWN',
    ...(graph.mayMakeCalled(host.namespace, host.name)
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

function partText({ variable, text, unset, part, secret, in: where = 'the environment' }: DialPart): string {
  if (unset) return `${variable} is not set, so it is "${text}" in ${where}`;
  const shown = secret ? notShown : `"${text}"`;
  return part === undefined
    ? `${variable} is ${shown} in ${where}`
    : `the ${part} in ${variable} is ${shown} in ${where}`;
}

/** The host with another first word: a Service of the same namespace. */
const hostAs = (dial: Dial, service: string): Mended =>
  redialled(dial, 'host', dial.host.text.replace(/^[^.]+/, service));

/** What to write instead of a part of an address; `value` completes `Set DB_PORT to …`. */
const setTo = ({ variable, part }: DialPart, value: string): string =>
  part === undefined ? `Set ${variable} to ${value}` : `In ${variable}, change the ${part} to ${value}`;

/** A host that is the pod itself: only one of its own containers can answer. */
function toItself(subject: Subject, dial: Dial): Fault[] {
  const { workload, meant } = dial;
  if (mayAnswer(subject, dial)) return [];
  if (!meant && (isOwnAddress(dial) || !isElsewhere(subject, dial))) return [];
  return [
    {
      code: 'HOST_IS_ITSELF',
      // What a process tells others, such as a browser, looks the same; and it may open ports it does not declare.
      ...(meant ? {} : { severity: 'warning' as const }),
      message: `${partText(dial.host)} of ${called(workload)}: the pod itself, where nothing${meant ? ` of ${meant.service}'s` : ''} listens on ${dial.port.text}.`,
      here: dial.host.place,
      fix: `${setTo(dial.host, `the name of the Service that leads to ${meant?.service ?? 'it'}`)}.`,
    },
  ];
}

/** Whether a container of the pod may answer: what one opens that is not known, or not written here, is not known. */
function mayAnswer(subject: Subject, { workload, container, port: { text }, meant }: Dial): boolean {
  const others = workload.containers.filter((one) => !one.init && one !== container);
  if (isJoined(subject, workload) || others.some((one) => !subject.knownIn(one))) return true;
  const opened = subject.knownOf(workload).flatMap(({ opens }) => Object.values(opens));
  const isOpened = opened.includes(Number(text));
  if (meant) return isOpened && others.length > 0;
  return isOpened || portsCalled(workload, Number(text)).length > 0;
}

/** Names of variables that say where a process itself listens, or how others are told to reach it. */
const ownNames = new RegExp(
  `${itself}|(^|_)(admin|metrics?|health|probe|debug|pprof|management|self|local)(_|$)|^((server|http|https|web|app|grpc)_)?(host|hostname|addr|address|url)$`,
  'i',
);

/** Whether a variable is the program's own: by its name, or by that of the program's image, as in `OLLAMA_HOST`. */
function isOwnAddress({ container, host: { variable } }: Dial): boolean {
  const product =
    repositoryOf(container.spec.image ?? '')
      .split('/')
      .at(-1) ?? '';
  const beginning = product.replaceAll('-', '_').toLowerCase();
  return ownNames.test(variable) || (beginning !== '' && variable.toLowerCase().startsWith(`${beginning}_`));
}

/** Whether what is dialled runs in pods of its own: a store, by the scheme, or what a Service of the namespace leads to. */
function isElsewhere({ graph, beside }: Subject, { workload, scheme, port }: Dial): boolean {
  const speech = scheme === undefined ? undefined : beside.schemes[scheme.replace(/\+.*$/, '')];
  if (speech !== undefined && speech !== 'http') return true;
  return graph
    .ofKindIn('Service', workload.namespace)
    .some(
      (service) =>
        servicePort(service, Number(port.text)) !== undefined &&
        !selectedBy(graph, service).includes(workload),
    );
}

/** Annotations and labels by which others put containers into a pod: of Istio, Linkerd, Dapr, Vault and their like. */
const joining = /inject|sidecar|dapr\.io\/enabled|istio\.io\/rev/i;

/** Whether a pod may have containers that are not written, or shares the addresses of its node. */
export function isJoined({ graph }: Subject, { namespace, labels, annotations, pod }: Workload): boolean {
  const around = graph.find('Namespace', '', namespace)?.content.metadata;
  const names = [labels, annotations, around?.labels ?? {}, around?.annotations ?? {}].flatMap(Object.keys);
  return pod.hostNetwork === true || names.some((name) => joining.test(name));
}

function toService(subject: Subject, dial: Dial, service: Service): Fault[] {
  const number = Number(dial.port.text);
  // A value that is no number is reported by the variable's schema.
  if (!/^\d+$/.test(dial.port.text)) return [];
  const port = servicePort(service, number);
  const workloads = selectedBy(subject.graph, service);
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

/** A dialled port that the Service does not serve. */
function notServed(subject: Subject, dial: Dial, service: Service, works: boolean): Fault {
  const { ports } = service.content.spec;
  const [only] = ports;
  const served = listed(ports, ({ port }) => port);
  return {
    code: 'PORT_NOT_SERVED',
    ...(works || dial.known === 'guessed' ? { severity: 'warning' as const } : {}),
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
