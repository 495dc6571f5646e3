import type { Graph } from '../graph/graph.ts';
import { placeIn } from '../graph/objects.ts';
import { managedByUs } from '../graph/managed-by.ts';
import type { Workload } from '../graph/workloads.ts';
import { shortfalls, type Rule } from '../packs/mooring/hardening.ts';
import type { ContainerSpec } from '../shapes/container.ts';
import type { PodSpec } from '../shapes/pod.ts';
import { called, containerCalled, type Check } from './subject.ts';

/**
 * Hardening is held where it is promised: all of it in what we render, what Pod Security refuses in a Namespace that
 * enforces `restricted`, and there nothing that is said aloud to be weak. Elsewhere it is the user's own business.
 */
export const hardening: Check = ({ graph }) =>
  graph.workloads.flatMap((workload) =>
    promised(graph, workload).map(({ container, field, path, expected }) => ({
      code: 'HARDENING' as const,
      message: `${container ? containerCalled(workload, container) : called(workload)}: ${field} must be ${expected}${managedByUs(workload.object) ? '' : `, as Namespace ${workload.namespace} asks for`}.`,
      here: { doc: workload.object.doc, path },
      fix: `Set ${field} to ${expected}.`,
    })),
  );

function promised(graph: Graph, workload: Workload): ReturnType<typeof shortfalls> {
  if (managedByUs(workload.object)) return shortfalls(workload);
  return enforces(graph, workload.namespace)
    ? shortfalls(workload, restrictedPod, [...restrictedContainer, ...inheritedBy(workload.pod)])
    : [];
}

const enforces = (graph: Graph, namespace: string): boolean =>
  graph
    .ofKind('Namespace')
    .some(
      ({ name, labels }) =>
        name === namespace && labels['pod-security.kubernetes.io/enforce'] === 'restricted',
    );

const aloud = <T>(field: string, weak: (of: T) => boolean, expected: string): Rule<T> => ({
  field,
  holds: (of) => !weak(of),
  expected,
});

const restrictedPod: readonly Rule<PodSpec>[] = [
  aloud('hostNetwork', (pod) => pod.hostNetwork === true, 'nothing'),
  aloud('hostPID', (pod) => pod.hostPID === true, 'nothing'),
  aloud('hostIPC', (pod) => pod.hostIPC === true, 'nothing'),
  aloud('automountServiceAccountToken', (pod) => pod.automountServiceAccountToken === true, 'false'),
  aloud('enableServiceLinks', (pod) => pod.enableServiceLinks === true, 'false'),
  aloud('securityContext.runAsNonRoot', (pod) => pod.securityContext.runAsNonRoot === false, 'true'),
  aloud('securityContext.runAsUser', (pod) => pod.securityContext.runAsUser === 0, 'a number above 0'),
  aloud('securityContext.fsGroup', (pod) => pod.securityContext.fsGroup === 0, 'a number above 0'),
  aloud(
    'securityContext.seccompProfile',
    (pod) => pod.securityContext.seccompProfile?.type === 'Unconfined',
    'RuntimeDefault',
  ),
];

const restrictedContainer: readonly Rule<ContainerSpec>[] = [
  aloud(
    'securityContext.allowPrivilegeEscalation',
    ({ securityContext }) => securityContext.allowPrivilegeEscalation !== false,
    'false',
  ),
  aloud('securityContext.privileged', ({ securityContext }) => securityContext.privileged === true, 'false'),
  aloud(
    'securityContext.readOnlyRootFilesystem',
    ({ securityContext }) => securityContext.readOnlyRootFilesystem === false,
    'true',
  ),
  aloud(
    'securityContext.runAsNonRoot',
    ({ securityContext }) => securityContext.runAsNonRoot === false,
    'true',
  ),
  aloud(
    'securityContext.runAsUser',
    ({ securityContext }) => securityContext.runAsUser === 0,
    'a number above 0',
  ),
  aloud(
    'securityContext.capabilities.drop',
    ({ securityContext }) => !securityContext.capabilities?.drop.includes('ALL'),
    'ALL',
  ),
  aloud(
    'securityContext.capabilities.add',
    ({ securityContext }) =>
      (securityContext.capabilities?.add ?? []).some((name) => name !== 'NET_BIND_SERVICE'),
    'nothing',
  ),
  aloud(
    'securityContext.seccompProfile',
    ({ securityContext }) => securityContext.seccompProfile?.type === 'Unconfined',
    'RuntimeDefault',
  ),
];

/** What a container may leave to its pod, it must say itself where the pod does not. */
const inheritedBy = ({ securityContext: pod }: PodSpec): Rule<ContainerSpec>[] => [
  aloud(
    'securityContext.runAsNonRoot',
    ({ securityContext }) => pod.runAsNonRoot !== true && securityContext.runAsNonRoot === undefined,
    'true',
  ),
  aloud(
    'securityContext.seccompProfile',
    ({ securityContext }) => !pod.seccompProfile && !securityContext.seccompProfile,
    'RuntimeDefault',
  ),
];

/** An account's token is a key to the API server; ours need none. */
export const tokens: Check = ({ graph }) =>
  graph
    .ofKind('ServiceAccount')
    .filter((account) =>
      managedByUs(account)
        ? account.content.automountServiceAccountToken !== false
        : enforces(graph, account.namespace) && account.content.automountServiceAccountToken === true,
    )
    .map((account) => ({
      code: 'HARDENING' as const,
      message: `${called(account)} gives its pods a token for the API server, which none of them needs.`,
      here: placeIn(account, 'automountServiceAccountToken'),
      fix: 'Set automountServiceAccountToken to false.',
    }));
