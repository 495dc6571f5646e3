import { repositoryOf } from '../../model/image-repository.ts';
import type { Fault } from '../findings.ts';
import { itself } from '../graph/clients.ts';
import type { Dial } from '../graph/dial.ts';
import { imageFactsOf } from '../graph/images.ts';
import { selectedBy, servicePort } from '../graph/ports.ts';
import { saysNumber } from '../graph/said-numbers.ts';
import type { Container, Workload } from '../graph/workloads.ts';
import { listed } from '../listed.ts';
import { partText, setTo } from './redial.ts';
import { called, type Subject } from './subject.ts';
import { toldIn } from './told.ts';
import { toldPorts } from './told-ports.ts';

/** A host that is the pod itself: only one of its own containers can answer. */
export function toItself(subject: Subject, dial: Dial): Fault[] {
  const { workload, container, meant } = dial;
  const others = workload.containers.filter((one) => !one.init && one !== container);
  if (container.init || isJoined(subject, workload) || mayAnswer(subject, dial, others)) return [];
  if (meant) return [elsewhereThan(dial, meant.service)];
  if (isOwnAddress(subject, dial)) return [];
  if (others.length > 0) return [unanswered(subject, dial)];
  // What a process tells others, such as a browser, looks the same; and it may open ports it does not declare.
  return isElsewhere(subject, dial) ? [{ ...elsewhereThan(dial), severity: 'warning' }] : [];
}

const elsewhereThan = (dial: Dial, service?: string): Fault => ({
  code: 'HOST_IS_ITSELF',
  message: `${partText(dial.host)} of ${called(dial.workload)}: the pod itself, where nothing${service === undefined ? '' : ` of ${service}'s`} listens on ${dial.port.text}.`,
  here: dial.host.place,
  fix: `${setTo(dial.host, `the name of the Service that leads to ${service ?? 'it'}`)}.`,
});

const unanswered = (subject: Subject, dial: Dial): Fault => ({
  code: 'HOST_IS_ITSELF',
  severity: 'warning',
  message: `${partText(dial.port)} of ${called(dial.workload)}, at the pod itself, whose containers listen on ${listed([...new Set(statesOf(subject, dial.workload, dial.workload.containers))])}.`,
  here: dial.port.place,
  fix: 'Dial a port that a container of the pod opens, or declare this one.',
});

/** Whether a container of the pod may answer: what one opens that says nothing of its ports is not known. */
function mayAnswer(
  subject: Subject,
  { workload, container, port: { text }, meant }: Dial,
  others: readonly Container[],
): boolean {
  const number = Number(text);
  if (meant) {
    const isKnown = others.every((one) => subject.knownIn(one));
    return others.length > 0 && (!isKnown || statesOf(subject, workload, others).includes(number));
  }
  const isStated = statesOf(subject, workload, workload.containers).includes(number);
  if (others.length === 0) return isStated;
  return (
    isStated ||
    statedIn(subject, workload, container).length === 0 ||
    others.some(
      (one) =>
        statedIn(subject, workload, one).length === 0 || saysNumber(subject.graph, workload, one, number),
    )
  );
}

const statesOf = (subject: Subject, workload: Workload, containers: readonly Container[]): number[] =>
  containers.flatMap((one) => statedIn(subject, workload, one));

/** The ports of a container that it declares, that it is told to open, or that its program is known for. */
function statedIn(subject: Subject, workload: Workload, container: Container): number[] {
  if (container.init) return [];
  const { facts } = imageFactsOf(subject.beside.images, workload, container);
  const told = toldIn(subject)
    .get(container)
    ?.addresses.map(({ port }) => port);
  return [
    ...Object.values(subject.knownIn(container)?.opens ?? {}),
    ...container.spec.ports.map(({ containerPort }) => containerPort),
    ...toldPorts(container).map(({ port }) => port),
    // What it is told is another than it usually opens.
    ...(told ?? facts.flatMap(({ speaks = {} }) => Object.keys(speaks).map(Number))),
  ];
}

/** Names of variables that say where a process itself listens, or how others are told to reach it. */
const ownNames = new RegExp(
  `${itself}|cors|allowed|(^|_)(admin|metrics?|health|probe|debug|pprof|management|self|local)(_|$)|^((server|http|https|web|app|grpc)_)?(host|hostname|addr|address|url)$`,
  'i',
);

/** Whether a variable is the program's own: by its name, or by that of the program's image, as in `OLLAMA_HOST`. */
function isOwnAddress({ beside }: Subject, { container, host: { variable }, scheme }: Dial): boolean {
  const product =
    repositoryOf(container.spec.image ?? '')
      .split('/')
      .at(-1) ?? '';
  const beginning = product.replaceAll('-', '_').toLowerCase();
  // `SEARXNG_REDIS_URL` is of a store.
  const isStore = speechOf(beside, scheme) !== undefined;
  return (
    ownNames.test(variable) ||
    (!isStore && beginning !== '' && variable.toLowerCase().startsWith(`${beginning}_`))
  );
}

/** Whether what is dialled runs in pods of its own: a store, by the scheme, or what a Service of the namespace leads to. */
function isElsewhere({ graph, beside }: Subject, { workload, scheme, port }: Dial): boolean {
  if (speechOf(beside, scheme) !== undefined) return true;
  return graph
    .ofKindIn('Service', workload.namespace)
    .some(
      (service) =>
        servicePort(service, Number(port.text)) !== undefined &&
        !selectedBy(graph, service).includes(workload),
    );
}

/** What a scheme of a store or broker speaks. */
function speechOf({ schemes }: Subject['beside'], scheme: string | undefined): string | undefined {
  const speech = scheme === undefined ? undefined : schemes[scheme.replace(/\+.*$/, '')];
  return speech === 'http' ? undefined : speech;
}

/** Annotations and labels by which others put containers into a pod: of Istio, Linkerd, Dapr, Vault and their like. */
const joining = /inject|sidecar|dapr\.io\/enabled|istio\.io\/rev/i;

/** Whether a pod may have containers that are not written, or shares the addresses of its node. */
export function isJoined({ graph }: Subject, { namespace, labels, annotations, pod }: Workload): boolean {
  const around = graph.find('Namespace', '', namespace)?.content.metadata;
  const names = [labels, annotations, around?.labels ?? {}, around?.annotations ?? {}].flatMap(Object.keys);
  return pod.hostNetwork === true || names.some((name) => joining.test(name));
}
