import { readGraph } from '../../graph/graph.ts';
import type { Container, Workload } from '../../graph/workloads.ts';
import type { ContainerSpec } from '../../shapes/container.ts';
import type { PodSpec } from '../../shapes/pod.ts';
import type { Path } from '../../source.ts';

/**
 * What every pod of a stack must be, checked on the rendered objects. Stricter than Pod Security `restricted`: a
 * token, service links or a writable root are taken by the API server, not by us.
 */
export interface Rule<T> {
  readonly field: string;
  readonly holds: (of: T) => boolean;
  readonly expected: string;
}

const rule = <T>(field: string, holds: (of: T) => boolean, expected: string): Rule<T> => ({
  field,
  holds,
  expected,
});

export const podRules: readonly Rule<PodSpec>[] = [
  rule('automountServiceAccountToken', (pod) => pod.automountServiceAccountToken === false, 'false'),
  rule('enableServiceLinks', (pod) => pod.enableServiceLinks === false, 'false'),
  rule('serviceAccountName', (pod) => pod.serviceAccountName !== undefined, 'an account of its own'),
  rule('hostNetwork', (pod) => !pod.hostNetwork, 'nothing'),
  rule('hostPID', (pod) => !pod.hostPID, 'nothing'),
  rule('hostIPC', (pod) => !pod.hostIPC, 'nothing'),
  rule('securityContext.runAsNonRoot', (pod) => pod.securityContext.runAsNonRoot === true, 'true'),
  rule('securityContext.runAsUser', (pod) => (pod.securityContext.runAsUser ?? 0) > 0, 'a number above 0'),
  rule('securityContext.runAsGroup', (pod) => (pod.securityContext.runAsGroup ?? 0) > 0, 'a number above 0'),
  rule('securityContext.fsGroup', (pod) => (pod.securityContext.fsGroup ?? 0) > 0, 'a number above 0'),
  rule(
    'securityContext.fsGroupChangePolicy',
    (pod) => pod.securityContext.fsGroupChangePolicy === 'OnRootMismatch',
    'OnRootMismatch',
  ),
  rule(
    'securityContext.seccompProfile',
    (pod) => pod.securityContext.seccompProfile?.type === 'RuntimeDefault',
    'RuntimeDefault',
  ),
];

export const containerRules: readonly Rule<ContainerSpec>[] = [
  rule(
    'securityContext.allowPrivilegeEscalation',
    ({ securityContext }) => securityContext.allowPrivilegeEscalation === false,
    'false',
  ),
  rule(
    'securityContext.readOnlyRootFilesystem',
    ({ securityContext }) => securityContext.readOnlyRootFilesystem === true,
    'true',
  ),
  rule('securityContext.privileged', ({ securityContext }) => !securityContext.privileged, 'nothing'),
  rule(
    'securityContext.capabilities.drop',
    ({ securityContext }) => securityContext.capabilities?.drop.join() === 'ALL',
    'ALL',
  ),
  rule(
    'securityContext.capabilities.add',
    ({ securityContext }) => !securityContext.capabilities?.add.length,
    'nothing',
  ),
  rule('resources.limits.memory', ({ resources }) => 'memory' in resources.limits, 'a limit'),
  rule('resources.requests.memory', ({ resources }) => 'memory' in resources.requests, 'a request'),
  rule('resources.requests.cpu', ({ resources }) => 'cpu' in resources.requests, 'a request'),
];

/** Where a workload falls short of some rules. */
export interface Shortfall {
  readonly container?: Container;
  readonly field: string;
  readonly path: Path;
  readonly expected: string;
}

export function shortfalls(
  workload: Workload,
  ofPod: readonly Rule<PodSpec>[] = podRules,
  ofContainer: readonly Rule<ContainerSpec>[] = containerRules,
): Shortfall[] {
  return [
    ...failed(ofPod, workload.pod).map((one) => ({ ...one, path: [...workload.podPath, ...one.path] })),
    ...workload.containers.flatMap((container) =>
      failed(ofContainer, container.spec).map((one) => ({
        ...one,
        container,
        path: [...container.place.path, ...one.path],
      })),
    ),
  ];
}

const failed = <T>(rules: readonly Rule<T>[], of: T): Shortfall[] =>
  rules
    .filter(({ holds }) => !holds(of))
    .map(({ field, expected }) => ({ field, path: field.split('.'), expected }));

/**
 * Where a workload's pods fall short of the hardening, in words that name the field; empty for any other object.
 * @throws RangeError when a workload has no pod template.
 */
export function hardeningProblems(object: object): string[] {
  if (!('kind' in object) || !['Deployment', 'StatefulSet'].includes(String(object.kind))) return [];
  const { graph, faults } = readGraph([{ file: '', value: object, lineOf: () => 0 }]);
  if (faults.length > 0) throw new RangeError(faults.map(({ message }) => message).join('\n'));
  return graph.workloads.flatMap((workload) =>
    shortfalls(workload).map(({ container, field, expected }) => {
      const where = `${workload.kind} ${workload.name}${container ? `, container ${container.name}` : ''}`;
      return `${where}: ${field} must be ${expected}`;
    }),
  );
}
