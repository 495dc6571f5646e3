import { type Stack, isWorkload } from '../../model/stack.ts';
import { jobsOf } from '../../model/jobs.ts';
import { ClusterError, isClusterError } from '../../kube/cluster-error.ts';
import type { Cluster } from '../../kube/cluster.ts';
import type { Pod } from '../../kube/kinds.ts';
import { nameOf } from '../../kube/objects.ts';
import { deleteObject } from '../stack-objects.ts';
import { causesOf, type Cause } from './causes.ts';
import { lastLogLine, lastWarning } from './diagnostics.ts';
import { isReady, type WorkloadState } from './workload-status.ts';

/** Whether every workload of a stack runs its newest template, every pod of it ready, and every Job has completed. */
export const isRolledOut = (stack: Stack, states: readonly WorkloadState[]): boolean =>
  runningIn(stack).every((name) => states.some(({ service, rolledOut }) => service === name && rolledOut));

/** What a cluster runs of a stack: its workloads, and its Jobs. */
const runningIn = (stack: Stack): string[] => [
  ...stack.services.filter(isWorkload).map(({ name }) => name),
  ...jobsOf(stack).map(({ name }) => name),
];

/**
 * Deletes pods that are in back-off. Their state is from before this apply, and the kubelet may take minutes to retry;
 * a new pod shows at once whether the cause is fixed.
 */
export async function replaceStuck(
  cluster: Cluster,
  states: readonly WorkloadState[],
  signal?: AbortSignal,
): Promise<void> {
  const stuck = (pod: Pod, state: WorkloadState): boolean =>
    causesOf({ ...state, pods: [pod] }).some(({ reason }) => /BackOff|Error/.test(reason));
  // Of a Job it would be one pod more that has failed.
  for (const state of states.filter(({ object }) => object.kind !== 'Job'))
    for (const pod of state.pods.filter((one) => stuck(one, state)))
      await deleteObject(cluster, pod, { signal }).catch(unlessDenied);
}

/** Without permission to delete pods, the rollout waits for the kubelet's next try. */
function unlessDenied(error: unknown): void {
  if (!isClusterError(error, 'CLUSTER_DENIED')) throw error;
}

/** The error of a rollout that a cause keeps from ending. */
export async function rolloutFailure(cluster: Cluster, stack: Stack, cause: Cause): Promise<ClusterError> {
  const line = cause.log && (await lastLogLine(cluster, stack, cause.log));
  const why = `${cause.where}: ${cause.reason}: ${cause.message}`;
  return new ClusterError(
    'ROLLOUT_FAILED',
    `The stack "${stack.name}" does not come up.\n${why}${line ? `\nIts last line: ${line}` : ''}`,
    { reason: 'WorkloadFailed', object: cause.where, namespace: stack.namespace },
  );
}

/** The error of a rollout that did not end in time. */
export async function rolloutTimeout(
  cluster: Cluster,
  stack: Stack,
  states: readonly WorkloadState[],
  timeoutMs: number,
): Promise<ClusterError> {
  const late = states.filter(({ rolledOut }) => !rolledOut);
  const lines = await Promise.all(late.map((state) => lastSeen(cluster, stack, state)));
  const absent = runningIn(stack)
    .filter((name) => !states.some(({ service }) => service === name))
    .map((name) => `${name}: its workload is no longer in the cluster.`);
  return new ClusterError(
    'ROLLOUT_FAILED',
    `The stack "${stack.name}" was not up after ${Math.round(timeoutMs / 1_000)} seconds.\n${[...lines, ...absent].join('\n')}`,
    { reason: 'RolloutTimeout', namespace: stack.namespace },
  );
}

/** The container a pod has come to: of one that is not initialized the last init container that began. */
function lastToRun({ status }: Pod): string | undefined {
  const { conditions = [], initContainerStatuses = [], containerStatuses = [] } = status;
  const isInitialized = conditions.some(({ type, status: is }) => type === 'Initialized' && is === 'True');
  const begun = initContainerStatuses.filter(({ state }) => state?.waiting?.reason !== 'PodInitializing');
  return (isInitialized ? containerStatuses[0] : begun.at(-1))?.name;
}

async function lastSeen(cluster: Cluster, stack: Stack, { object, pods }: WorkloadState): Promise<string> {
  const pod = pods.find((one) => !isReady(one));
  const about = pod ?? object;
  const warning = await lastWarning(cluster, stack, { kind: about.kind, name: about.metadata.name });
  const container = pod && lastToRun(pod);
  const line =
    pod && container !== undefined
      ? await lastLogLine(cluster, stack, { pod: pod.metadata.name, container, previous: false })
      : undefined;
  const why = warning ? `${warning.reason}: ${warning.message}` : 'there is no warning event';
  return `${nameOf(about)}: ${why}${line ? `\n  Its last line: ${line}` : ''}`;
}
