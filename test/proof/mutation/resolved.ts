import { asText } from '../../../model/variable.ts';
import { routesOf } from '../../../proof/checks/ingress.ts';
import { probesOf } from '../../../proof/checks/written-probes.ts';
import { subjectOf, type Subject } from '../../../proof/checks/subject.ts';
import { mountsOf } from '../../../proof/graph/files.ts';
import { readGraph } from '../../../proof/graph/graph.ts';
import { resolveHost } from '../../../proof/graph/hosts.ts';
import { allowed, type Party } from '../../../proof/graph/policies.ts';
import {
  declaredPorts,
  selectedBy,
  servicePort,
  targetOf,
  type Service,
} from '../../../proof/graph/ports.ts';
import type { Workload } from '../../../proof/graph/workloads.ts';
import type { Knowledge } from '../../../proof/knowledge.ts';
import { outsiders, podParty } from '../../../proof/reach.ts';
import type { Doc } from '../../../proof/source.ts';
import { hardeningOf } from './resolved-hardening.ts';

/**
 * What a set of manifests comes to once every name is followed: who reaches what, by which name, port, variable,
 * secret and volume, and how hardened it is. Two sets with equal lines differ in nothing a connection or an attacker
 * would meet. Objects are called by their position, since an unused name changes nothing.
 */
export function resolved(docs: readonly Doc[], knowledge: Knowledge): string[] {
  const subject = subjectOf(readGraph(docs).graph, knowledge);
  const { graph } = subject;
  const lines = [
    ...graph.workloads.flatMap((workload, index) => ofWorkload(subject, workload, `pod ${index}`)),
    ...graph.ofKind('Service').flatMap((service, index) => ofService(subject, service, `service ${index}`)),
    ...dials(subject),
    ...reached(subject),
    ...graph
      .ofKind('PersistentVolumeClaim')
      .map(
        ({ name, namespace, content: { spec } }) =>
          `claim ${name} in ${namespace} ${spec.storageClassName ?? 'usual'} ${spec.accessModes.some((mode) => mode !== 'ReadOnlyMany')}`,
      ),
    // Namespaces that are not among the manifests are known by what selects them only.
    ...graph
      .ofKind('NetworkPolicy')
      .flatMap(({ namespace, content: { spec } }) =>
        [
          ...spec.ingress.map(({ from, ports }) => ({ peers: from, ports })),
          ...spec.egress.map(({ to, ports }) => ({ peers: to, ports })),
        ].flatMap(({ peers, ports }) =>
          peers.flatMap(({ namespaceSelector, podSelector }) =>
            namespaceSelector
              ? [
                  `${namespace}: ${JSON.stringify([spec.podSelector, namespaceSelector, podSelector])} on ${ports.map(({ port, protocol }) => `${portNumber(graph, port) ?? '*'}/${protocol}`).join()}`,
                ]
              : [],
          ),
        ),
      ),
    ...graph.ofKind('Ingress').flatMap((ingress) => [
      ...routesOf(ingress).map(({ host, path, exact, name, port }) => {
        const service = graph.find('Service', ingress.namespace, name);
        const found = service && servicePort(service, port);
        return `ingress ${host ?? '*'}${path}${exact ? ' exactly' : ''} → ${service ? called(subject, service) : 'nothing'}:${found?.port ?? '-'}`;
      }),
      `ingress class ${ingress.content.spec.ingressClassName ?? '-'}`,
      ...ingress.content.spec.tls.map(
        ({ hosts, secretName }) => `ingress certificate ${hosts.join()} from ${secretName ?? '-'}`,
      ),
    ]),
    ...graph.ofKind('HorizontalPodAutoscaler').map(({ namespace, content: { spec } }) => {
      const position = graph.workloads.findIndex(
        (one) =>
          one.name === spec.scaleTargetRef.name &&
          one.kind === spec.scaleTargetRef.kind &&
          one.namespace === namespace,
      );
      return `scaled: pod ${position}`;
    }),
    ...hardeningOf(graph),
  ];
  return lines.sort();
}

const called = ({ graph }: Subject, service: Service): string =>
  `service ${graph.ofKind('Service').indexOf(service)}`;

/** Who it is, what it runs, opens, is asked, is given and keeps. */
function ofWorkload(subject: Subject, workload: Workload, who: string): string[] {
  const { graph } = subject;
  const account = workload.pod.serviceAccountName ?? 'default';
  return [
    `${who}: ${workload.kind} in namespace ${String(graph.ofKind('Namespace').findIndex(({ name }) => name === workload.namespace))}`,
    `${who}: account ${account === 'default' ? account : graph.ofKind('ServiceAccount').findIndex(({ name, namespace }) => name === account && namespace === workload.namespace)}`,
    `${who}: runs ${workload.kind === 'StatefulSet' && workload.replicas > 1 ? 'apart' : workload.replicas > 0 ? 'once or more' : 'never'}`,
    ...declaredPorts(workload).map(({ number, protocol }) => `${who}: declares ${number}/${protocol}`),
    ...workload.claims.map(
      ({ spec }) =>
        `${who}: claim ${spec.storageClassName ?? 'usual'} ${spec.accessModes.some((mode) => mode !== 'ReadOnlyMany')}`,
    ),
    ...workload.containers.flatMap((container, index) => {
      const me = `${who} container ${index}`;
      const known = subject.known.find((one) => one.container === container);
      return [
        `${me}: image ${container.spec.image ?? '-'}, init ${container.init}`,
        `${me}: command ${JSON.stringify([...container.spec.command, ...container.spec.args].map(withoutMessages))} in ${container.spec.workingDir ?? '-'}`,
        ...container.env.map(
          ({ name, from }) =>
            `${me}: variable ${name}${from?.kind === 'Secret' ? ` from ${secretOf(subject, workload, from.name)} ${from.key}` : ''}`,
        ),
        ...(known
          ? [
              `${me}: is ${known.program.service.name}, opens ${JSON.stringify(known.opens)}, TLS ${known.program.facts.speaksTls(known.running)}, lets in ${JSON.stringify(known.program.facts.offers?.(known.running, container.spec.image ?? '') ?? {})} of ${JSON.stringify(known.running.beginnings)}`,
            ]
          : []),
        ...mountsOf(graph, workload, container).map(
          (mount) =>
            `${me}: ${mount.path} is ${mount.kind} ${mount.kind === 'files' ? filesText(mount.files ?? []) : volumeOf(workload, mount.name)}, writable ${mount.writable}`,
        ),
        ...(known?.program.facts.writes?.(known.running) ?? []).map(
          (write) => `${me}: ${write.in} on ${folderOf(subject, workload, index, write.path)}`,
        ),
      ];
    }),
    ...probesOf(subject)
      .filter((asking) => asking.workload === workload)
      .map(({ field, probe, port, container }) => {
        const number =
          declaredPorts(workload).find((one) => one.name === port || one.number === port)?.number ?? port;
        return `${who}: ${field} of ${workload.containers.indexOf(container)} asks ${probe.httpGet ? `${probe.httpGet.scheme} ${probe.httpGet.path}` : (probe.exec?.command.join(' ') ?? 'tcp')} of ${number ?? '-'}`;
      }),
  ];
}

/** Two names for one port are one port. */
const portNumber = (
  graph: Subject['graph'],
  port: string | number | undefined,
): string | number | undefined =>
  graph.workloads.flatMap(declaredPorts).find(({ name }) => name === port)?.number ?? port;

const withoutMessages = (word: string): string => word.replaceAll(/:\?[^}]*\}/g, ':?}').trimEnd();

const secretOf = ({ graph }: Subject, { namespace }: Workload, name: string): string => {
  const position = graph
    .ofKind('Secret')
    .findIndex((secret) => secret.name === name && secret.namespace === namespace);
  return position < 0 ? `the Secret ${name} kept elsewhere` : `secret ${position}`;
};

const volumeOf = (workload: Workload, name: string): string =>
  [
    workload.claims.findIndex(({ metadata }) => metadata.name === name),
    workload.pod.volumes.findIndex((volume) => volume.name === name),
    workload.pod.volumes.find((volume) => volume.name === name)?.persistentVolumeClaim?.claimName ?? '-',
  ].join('/');

const filesText = (files: readonly { path: string; text?: string }[]): string =>
  files.map(({ path, text }) => `${path}${text === undefined ? ' missing' : ''}`).join();

function folderOf({ graph }: Subject, workload: Workload, index: number, path: string): string {
  const container = workload.containers[index];
  const mounts = container ? mountsOf(graph, workload, container) : [];
  return mounts
    .filter((mount) => path === mount.path || path.startsWith(`${mount.path}/`))
    .map(({ name }) => volumeOf(workload, name))
    .join();
}

function ofService(subject: Subject, service: Service, who: string): string[] {
  const { spec } = service.content;
  return [
    `${who}: called ${isUsed(subject, service) ? 'as it is dialled' : service.name} in ${subject.graph.ofKind('Namespace').findIndex(({ name }) => name === service.namespace)}`,
    `${who}: headless ${spec.clusterIP === 'None'}, unready pods ${spec.publishNotReadyAddresses}, type ${spec.type}`,
    ...spec.ports.map((port) => {
      const targets = selectedBy(subject.graph, service).map(
        (workload) =>
          `pod ${subject.graph.workloads.indexOf(workload)}:${targetOf(port, workload)?.number ?? 'nothing'}`,
      );
      return `${who}: ${port.port}/${port.protocol}${port.nodePort === undefined ? '' : ` node ${port.nodePort}`} → ${targets.join()}`;
    }),
  ];
}

const isUsed = ({ graph, dials: all }: Subject, service: Service): boolean =>
  all.some(({ workload, host }) => {
    const found = resolveHost(graph, workload.namespace, host.text);
    return found.kind === 'service' && found.service === service;
  });

/** Every connection an environment speaks of, followed to the pod. */
function dials(subject: Subject): string[] {
  return subject.dials.map(({ workload, container, host, port, tls, secrets }) => {
    const found = resolveHost(subject.graph, workload.namespace, host.text);
    const who = `pod ${subject.graph.workloads.indexOf(workload)} container ${workload.containers.indexOf(container)}`;
    const where = found.kind === 'service' ? called(subject, found.service) : `${found.kind} ${host.text}`;
    const shown = secrets
      .map(({ entry }) =>
        entry?.from ? `${secretOf(subject, workload, entry.from.name)} ${entry.from.key}` : 'none',
      )
      .join();
    const prefix = host.variable.replace(/[^_]*$/, '');
    const as = ['USER', 'DATABASE', 'DB', 'COLLECTION']
      .map(
        (end) =>
          container.env.find(({ name }) => name === `${prefix}${end}`)?.value ||
          usualOf(subject, container, `${prefix}${end}`),
      )
      .join();
    const whole =
      host.variable === port.variable
        ? ` ${container.env.find(({ name }) => name === host.variable)?.value ?? ''}`
        : '';
    return `${who} dials ${where} on ${port.text} by ${host.variable}, ${port.variable}${whole} as ${as}; TLS ${tls?.text ?? '-'}; shows ${shown}`;
  });
}

/** An empty variable is an unset one: it has its default. */
const usualOf = ({ known }: Subject, container: unknown, name: string): string =>
  asText(known.find((one) => one.container === container)?.program.service.variables?.[name]?.default ?? '-');

/** Who may reach which port, between pods and other parties, with the outside places that matter. */
function reached({ graph }: Subject): string[] {
  const policies = graph.ofKind('NetworkPolicy');
  const pods = graph.workloads.map((workload, index) => ({
    ...podParty(graph, workload),
    name: `pod ${index}`,
  }));
  const places: Party[] = [
    ...[
      '203.0.113.7',
      '10.1.2.3',
      '192.168.1.1',
      '169.254.169.254',
      '169.254.20.10',
      '2001:db8::1',
      'fd00::1',
    ].map((address) => ({ name: address, ours: false, address })),
    {
      name: 'kube-dns',
      ours: false,
      namespace: { name: 'kube-system', labels: { 'kubernetes.io/metadata.name': 'kube-system' } },
      labels: { 'k8s-app': 'kube-dns' },
    },
    ...outsiders(pods),
  ];
  const numbers = new Set(
    policies.flatMap(({ content: { spec } }) =>
      [...spec.ingress, ...spec.egress].flatMap(({ ports }) =>
        ports.flatMap(({ port }) => (typeof port === 'number' ? [port] : [])),
      ),
    ),
  );
  const doors = [
    ...new Set([
      ...numbers,
      ...graph.workloads.flatMap((workload) => declaredPorts(workload).map(({ number }) => number)),
      1,
    ]),
  ];
  const open = (from: Party, to: Party): string[] =>
    doors.flatMap((port) =>
      ['TCP', 'UDP', 'SCTP']
        .filter((protocol) => allowed(policies, { from, to, port, protocol }))
        .map((protocol) => `${from.name} may reach ${to.name} ${port}/${protocol}`),
    );
  return pods.flatMap((pod) =>
    [...pods, ...places].flatMap((other) => [
      ...open(pod, other),
      ...(pods.includes(other as (typeof pods)[number]) ? [] : open(other, pod)),
    ]),
  );
}
