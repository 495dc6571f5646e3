import { routesOf } from '../../../proof/checks/ingress.ts';
import { probesOf, type Asking } from '../../../proof/checks/written-probes.ts';
import { called, type Subject } from '../../../proof/checks/subject.ts';
import { resolveHost } from '../../../proof/graph/hosts.ts';
import { isManagedByMooring } from '../../../proof/graph/managed-by.ts';
import { declaredPorts } from '../../../proof/graph/ports.ts';
import { valueAt } from '../../../proof/source.ts';
import { leavesOf } from './leaves.ts';
import type { Mutant } from './mutants.ts';

/** Whether the reason of an excuse holds for one mutant: what the manifests say elsewhere would contradict it. */

/** The values before and after. */
const both = ({ from, to }: Mutant): string[] => [String(from), String(to)];

const nameIn = ({ object }: Mutant): string => object.slice(object.indexOf(' ') + 1);

/** No other field holds the old value or the new one. */
export const isNowhereElse = (mutant: Mutant): boolean =>
  mutant.docs
    .flatMap(({ value }) => leavesOf(value))
    .filter(({ value }) => both(mutant).includes(String(value))).length === 1;

/** No other field of this name is there. */
export const isWrittenOnce = ({ docs, path }: Mutant): boolean =>
  docs.flatMap(({ value }) => leavesOf(value)).filter((leaf) => leaf.path.at(-1) === path.at(-1)).length ===
  1;

/** No object of a kind has the old name or the new one. */
export const isNotAmong = (mutant: Mutant, kind: string): boolean =>
  !mutant.docs.some(
    ({ value }) =>
      valueAt(value, ['kind']) === kind &&
      both(mutant).includes(String(valueAt(value, ['metadata', 'name']))),
  );

/** No environment dials a port of a Service by the old number or the new one, and no Ingress leads there. */
export function isDialledByNobody(mutant: Mutant, { graph, dials }: Subject): boolean {
  const service = graph.ofKind('Service').find(({ name }) => name === nameIn(mutant));
  const port = service?.content.spec.ports.find(({ port: number }) => number === mutant.to);
  if (!service || !port || service.content.spec.clusterIP === 'None') return false;
  const dialled = dials.some((dial) => {
    const found = resolveHost(graph, dial.workload.namespace, dial.host.text);
    return found.kind === 'service' && found.service === service && both(mutant).includes(dial.port.text);
  });
  const routed = graph
    .ofKind('Ingress')
    .flatMap(routesOf)
    .some(
      (route) =>
        route.name === service.name &&
        [...both(mutant), port.name].includes(String(valueAt(route, ['port']))),
    );
  return !dialled && !routed;
}

/** The program answers the probe where it asked before and where it asks now. */
export function isAnsweredEitherWay(mutant: Mutant, subject: Subject): boolean {
  const asking = probesOf(subject).find(
    ({ workload, container, field }) =>
      called(workload) === mutant.object &&
      mutant.path.includes(field) &&
      container.place.path.every((step, index) => step === mutant.path[index]),
  );
  const { port, path } = asking?.probe.httpGet ?? {};
  if (!asking || port === undefined || path === undefined) return false;
  const field = mutant.path.at(-1);
  return [mutant.from, mutant.to].every((value) =>
    answered(subject, asking, field === 'port' ? value : port, field === 'path' ? String(value) : path),
  );
}

function answered(subject: Subject, asking: Asking, port: unknown, path: string): boolean {
  const known = subject.known.find(({ container }) => container === asking.container);
  const number = declaredPorts(asking.workload).find(
    (one) => one.name === port || one.number === port,
  )?.number;
  const [name = ''] = Object.entries(known?.opens ?? {}).find(([, opened]) => opened === number) ?? [];
  const { alive = [], ready = [] } = known?.program.facts.answers?.[name] ?? {};
  const right = { startupProbe: [...alive, ...ready], readinessProbe: ready, livenessProbe: alive };
  return right[asking.field].includes(path);
}

/** The hosts of both URLs are outside the cluster, wherever they are dialled from. */
export const isOutside = (mutant: Mutant, { graph }: Subject): boolean =>
  both(mutant).every((text) =>
    graph.workloads.every(
      ({ namespace }) => resolveHost(graph, namespace, new URL(text).hostname).kind === 'outside',
    ),
  );

/** No object is in a namespace of the old name or the new one, and no Namespace has it for a label. */
export const isNamespaceOfOthers = (mutant: Mutant, { graph }: Subject): boolean =>
  !graph.objects.some(({ namespace }) => both(mutant).includes(namespace)) &&
  !graph
    .ofKind('Namespace')
    .some(({ name, labels }) => [name, ...Object.values(labels)].some((text) => both(mutant).includes(text)));

export const isOurs = (mutant: Mutant, { graph }: Subject): boolean =>
  graph.objects.some((object) => called(object) === mutant.object && isManagedByMooring(object));

/** The word before, in a list of them. */
export const wordBefore = ({ docs, object, path }: Mutant): unknown => {
  const doc = docs.find(
    ({ value }) =>
      `${String(valueAt(value, ['kind']))} ${String(valueAt(value, ['metadata', 'name']))}` === object,
  );
  return valueAt(doc?.value, [...path.slice(0, -1), Number(path.at(-1)) - 1]);
};

/** The pod of another team still has a user above 0, and a group that owns its volumes. */
export function ownsItsVolumes(mutant: Mutant, subject: Subject): boolean {
  const pod = subject.graph.workloads.find((workload) => called(workload) === mutant.object)?.pod;
  const { runAsUser = 0, fsGroup } = pod?.securityContext ?? {};
  return !isOurs(mutant, subject) && runAsUser > 0 && (fsGroup ?? 0) > 0;
}
