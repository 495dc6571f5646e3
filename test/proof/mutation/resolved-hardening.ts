import type { Graph } from '../../../proof/graph/graph.ts';
import { mooringRules } from '../../../proof/packs/mooring/hardening.ts';

/** Every hardening field as it is, of pods, containers, accounts, Secrets and Namespaces. */
export function hardeningOf(graph: Graph): string[] {
  return [
    ...graph.workloads.flatMap(({ pod, containers }, index) => [
      ...mooringRules.pod.map(({ field, holds }) => `pod ${index}: ${field} ${holds(pod)}`),
      `pod ${index}: users ${usersOf(pod.securityContext)}`,
      `pod ${index}: seccomp ${pod.securityContext.seccompProfile?.type ?? '-'}`,
      ...containers.flatMap(({ spec }, position) => [
        ...mooringRules.container.map(
          ({ field, holds }) => `pod ${index} container ${position}: ${field} ${holds(spec)}`,
        ),
        `pod ${index} container ${position}: root ${spec.securityContext.runAsNonRoot ?? '-'} ${usersOf(spec.securityContext)}`,
        `pod ${index} container ${position}: seccomp ${spec.securityContext.seccompProfile?.type ?? '-'}, capabilities ${JSON.stringify(spec.securityContext.capabilities ?? {})}`,
      ]),
    ]),
    ...graph
      .ofKind('ServiceAccount')
      .map(({ content }, index) => `account ${index}: token ${content.automountServiceAccountToken ?? '-'}`),
    ...graph
      .ofKind('Secret')
      .map(({ content }, index) => `secret ${index}: immutable ${content.immutable ?? false}`),
    ...graph
      .ofKind('Namespace')
      .map(
        ({ labels }, index) =>
          `namespace ${index}: ${['enforce', 'audit', 'warn'].map((mode) => labels[`pod-security.kubernetes.io/${mode}`] ?? '-').join()}`,
      ),
  ];
}

const usersOf = (context: Readonly<Record<string, unknown>>): string =>
  ['runAsUser', 'runAsGroup', 'fsGroup'].map((field) => JSON.stringify(context[field] ?? '-')).join();
