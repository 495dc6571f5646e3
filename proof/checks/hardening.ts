import { field as setField, removing, setting, type Mended } from '../changes.ts';
import type { Fault } from '../findings.ts';
import type { Graph } from '../graph/graph.ts';
import { isManagedByMooring } from '../graph/managed-by.ts';
import type { Container, Workload } from '../graph/workloads.ts';
import type { ContainerSpec } from '../shapes/container.ts';
import type { PodSpec } from '../shapes/pod.ts';
import { valueAt, type Path, type Place } from '../source.ts';
import { called, containerCalled, type Check } from './subject.ts';

/** One field of a pod or container that a policy fixes. */
export interface Rule<T> {
  readonly field: string;
  readonly holds: (of: T) => boolean;
  readonly expected: string;
}

/** The rules a policy has for pods and for their containers. */
export interface HardeningRules {
  readonly pod: readonly Rule<PodSpec>[];
  readonly container: readonly Rule<ContainerSpec>[];
}

/** A rule that a workload breaks. */
export interface Shortfall {
  readonly container?: Container;
  readonly field: string;
  readonly path: Path;
  readonly expected: string;
}

export function shortfalls(workload: Workload, rules: HardeningRules): Shortfall[] {
  return [
    ...broken(rules.pod, workload.pod).map((one) => ({ ...one, path: [...workload.podPath, ...one.path] })),
    ...workload.containers.flatMap((container) =>
      broken(rules.container, container.spec).map((one) => ({
        ...one,
        container,
        path: [...container.place.path, ...one.path],
      })),
    ),
  ];
}

const broken = <T>(rules: readonly Rule<T>[], of: T): Shortfall[] =>
  rules
    .filter(({ holds }) => !holds(of))
    .map(({ field, expected }) => ({ field, path: field.split('.'), expected }));

/** The faults of a workload's shortfalls. `because` completes the sentence: `, as Namespace ai asks for`. */
export const hardeningFaults = (workload: Workload, rules: HardeningRules, because = ''): Fault[] =>
  shortfalls(workload, rules).map(({ container, field, path, expected }) => ({
    code: 'HARDENING',
    message: `${container ? containerCalled(workload, container) : called(workload)}: ${field} must be ${expected}${because}.`,
    here: { doc: workload.object.doc, path },
    fix: `Set ${field} to ${expected}.`,
    ...hardened({ doc: workload.object.doc, path }, expected),
  }));

/** What a rule expects, where the map around the field is there. */
function hardened({ doc, path }: Place, expected: string): Mended {
  const [around, key] = [{ doc, path: path.slice(0, -1) }, String(path.at(-1))];
  if (typeof valueAt(doc.value, around.path) !== 'object') return {};
  if (expected === 'true' || expected === 'false') return setField(around, key, expected === 'true');
  const found = valueAt(doc.value, path);
  if (expected === 'nothing') return found === undefined ? {} : removing({ doc, path });
  const type = [...path, 'type'];
  return key === 'seccompProfile' && valueAt(doc.value, type) !== undefined
    ? setting({ doc, path: type }, expected)
    : {};
}

/** In a namespace that enforces `restricted`, explicit violations are reported. Mooring's own objects have stricter rules. */
export const hardening: Check = ({ graph }) =>
  graph.workloads
    .filter(({ object, namespace }) => !isManagedByMooring(object) && isRestricted(graph, namespace))
    .flatMap((workload) =>
      hardeningFaults(
        workload,
        { pod: restrictedPod, container: [...restrictedContainer, ...inheritedBy(workload.pod)] },
        `, as Namespace ${workload.namespace} asks for`,
      ),
    );

const isRestricted = (graph: Graph, namespace: string): boolean =>
  graph
    .ofKind('Namespace')
    .some(
      ({ name, labels }) =>
        name === namespace && labels['pod-security.kubernetes.io/enforce'] === 'restricted',
    );

const forbid = <T>(field: string, weak: (of: T) => boolean, expected: string): Rule<T> => ({
  field,
  holds: (of) => !weak(of),
  expected,
});

const restrictedPod: readonly Rule<PodSpec>[] = [
  forbid('hostNetwork', (pod) => pod.hostNetwork === true, 'nothing'),
  forbid('hostPID', (pod) => pod.hostPID === true, 'nothing'),
  forbid('hostIPC', (pod) => pod.hostIPC === true, 'nothing'),
  forbid('securityContext.runAsNonRoot', (pod) => pod.securityContext.runAsNonRoot === false, 'true'),
  forbid('securityContext.runAsUser', (pod) => pod.securityContext.runAsUser === 0, 'a number above 0'),
  forbid(
    'securityContext.seccompProfile',
    (pod) => pod.securityContext.seccompProfile?.type === 'Unconfined',
    'RuntimeDefault',
  ),
];

const restrictedContainer: readonly Rule<ContainerSpec>[] = [
  forbid(
    'securityContext.allowPrivilegeEscalation',
    ({ securityContext }) => securityContext.allowPrivilegeEscalation !== false,
    'false',
  ),
  forbid('securityContext.privileged', ({ securityContext }) => securityContext.privileged === true, 'false'),
  forbid(
    'securityContext.runAsNonRoot',
    ({ securityContext }) => securityContext.runAsNonRoot === false,
    'true',
  ),
  forbid(
    'securityContext.runAsUser',
    ({ securityContext }) => securityContext.runAsUser === 0,
    'a number above 0',
  ),
  forbid(
    'securityContext.capabilities.drop',
    ({ securityContext }) => !securityContext.capabilities?.drop.includes('ALL'),
    'ALL',
  ),
  forbid(
    'securityContext.capabilities.add',
    ({ securityContext }) =>
      (securityContext.capabilities?.add ?? []).some((name) => name !== 'NET_BIND_SERVICE'),
    'nothing',
  ),
  forbid(
    'securityContext.seccompProfile',
    ({ securityContext }) => securityContext.seccompProfile?.type === 'Unconfined',
    'RuntimeDefault',
  ),
];

/** What a container inherits from its pod, it must set itself where the pod does not. */
const inheritedBy = ({ securityContext: pod }: PodSpec): Rule<ContainerSpec>[] => [
  forbid(
    'securityContext.runAsNonRoot',
    ({ securityContext }) => pod.runAsNonRoot !== true && securityContext.runAsNonRoot === undefined,
    'true',
  ),
  forbid(
    'securityContext.seccompProfile',
    ({ securityContext }) => !pod.seccompProfile && !securityContext.seccompProfile,
    'RuntimeDefault',
  ),
];
