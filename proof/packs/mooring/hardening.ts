import { hardeningFaults, shortfalls, type HardeningRules, type Rule } from '../../checks/hardening.ts';
import { called, type Check } from '../../checks/subject.ts';
import { field } from '../../changes.ts';
import { readGraph } from '../../graph/graph.ts';
import { isManagedByMooring } from '../../graph/managed-by.ts';
import { placeIn } from '../../graph/objects.ts';
import type { ContainerSpec } from '../../shapes/container.ts';
import type { PodSpec } from '../../shapes/pod.ts';

const rule = <T>(field: string, holds: (of: T) => boolean, expected: string): Rule<T> => ({
  field,
  holds,
  expected,
});

const podRules: readonly Rule<PodSpec>[] = [
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

const containerRules: readonly Rule<ContainerSpec>[] = [
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

/**
 * What every workload of Mooring must satisfy. Stricter than Pod Security `restricted`, which allows a mounted token,
 * service links and a writable root.
 */
export const mooringRules: HardeningRules = { pod: podRules, container: containerRules };

/** Mooring's own workloads must satisfy every rule, whatever their namespace enforces. */
export const mooringHardening: Check = ({ graph }) =>
  graph.workloads
    .filter(({ object }) => isManagedByMooring(object))
    .flatMap((workload) => hardeningFaults(workload, mooringRules));

/** Mooring's own accounts need no token. */
export const mooringTokens: Check = ({ graph }) =>
  graph
    .ofKind('ServiceAccount')
    .filter(
      (account) => isManagedByMooring(account) && account.content.automountServiceAccountToken !== false,
    )
    .map((account) => ({
      code: 'HARDENING',
      message: `${called(account)} gives its pods a token for the API server, which none of them needs.`,
      here: placeIn(account, 'automountServiceAccountToken'),
      fix: 'Set automountServiceAccountToken to false.',
      ...field(placeIn(account), 'automountServiceAccountToken', false),
    }));

/**
 * The rules a rendered workload breaks, in words that name the field; empty for any other object.
 * @throws RangeError when a workload has no pod template.
 */
export function hardeningProblems(object: object): string[] {
  if (!('kind' in object) || !['Deployment', 'StatefulSet', 'Job'].includes(String(object.kind))) return [];
  const { graph, faults } = readGraph([{ file: '', value: object, lineOf: () => 0 }]);
  if (faults.length > 0) throw new RangeError(faults.map(({ message }) => message).join('\n'));
  return graph.workloads.flatMap((workload) =>
    shortfalls(workload, mooringRules).map(({ container, field, expected }) => {
      const where = `${workload.kind} ${workload.name}${container ? `, container ${container.name}` : ''}`;
      return `${where}: ${field} must be ${expected}`;
    }),
  );
}
