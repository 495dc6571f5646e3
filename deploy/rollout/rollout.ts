import { type Stack, isWorkload } from '../../model/stack.ts';
import { ClusterError } from '../../kube/cluster-error.ts';
import type { Cluster } from '../../kube/cluster.ts';
import type { Pod } from '../../kube/kinds.ts';
import { nameOf } from '../../kube/objects.ts';
import { deleteObject } from '../stack-objects.ts';
import { pause } from '../../kube/poll.ts';
import { causesOf, progressOf, type Cause } from './causes.ts';
import { ChangeWatch } from './change-watch.ts';
import { gateWatch, type OnReady } from './gates.ts';
import { lastLogLine, lastWarning } from './diagnostics.ts';
import { isReady, workloadStates, type WorkloadState } from './workload-status.ts';

export interface RolloutOptions {
  /** In milliseconds. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: (line: string) => void;
  /** Called, more than once, with pods that report ready before Kubernetes has noticed. */
  readonly onReady?: OnReady;
}

/**
 * Waits until every workload of a stack runs its newest template, every pod of it ready.
 * @throws ClusterError ROLLOUT_FAILED, naming the cause, as soon as one will not resolve itself, or when time is up.
 */
export async function awaitRollout(cluster: Cluster, stack: Stack, options: RolloutOptions): Promise<void> {
  const { signal } = options;
  await replaceStuck(cluster, await workloadStates(cluster, stack, signal), signal);
  const changes = new ChangeWatch(cluster, stack, signal);
  try {
    await untilDone(cluster, stack, options, () => changes.next());
  } finally {
    changes.stop();
  }
}

async function untilDone(
  cluster: Cluster,
  stack: Stack,
  options: RolloutOptions,
  change: () => Promise<void>,
): Promise<void> {
  const { timeoutMs, signal, onProgress, onReady } = options;
  const deadline = performance.now() + timeoutMs;
  const seen = new Sightings();
  const closedGates = gateWatch(cluster, stack, { signal, onReady });
  for (;;) {
    const states = await lookedAt(cluster, stack, options, deadline);
    if (isRolledOut(stack, states)) return;
    onProgress?.(progressOf(states));
    const causes = [...states.flatMap(causesOf), ...(await closedGates(states))];
    const settled = seen.settled(causes);
    if (settled) throw await failure(cluster, stack, settled);
    if (performance.now() > deadline) throw await outOfTime(cluster, stack, states, timeoutMs);
    await change();
  }
}

/** Retries while the API server is away, as during an upgrade of its node. */
async function lookedAt(
  cluster: Cluster,
  stack: Stack,
  { signal, onProgress }: RolloutOptions,
  deadline: number,
): Promise<WorkloadState[]> {
  for (;;) {
    try {
      return await workloadStates(cluster, stack, signal);
    } catch (error) {
      const away = error instanceof ClusterError && error.code === 'CLUSTER_AWAY';
      if (!away || performance.now() > deadline) throw error;
      onProgress?.('the API server does not answer; waiting for it');
      await pause(signal);
    }
  }
}

/** Whether every workload of a stack runs its newest template, every pod of it ready. */
export function isRolledOut(stack: Stack, states: readonly WorkloadState[]): boolean {
  const wanted = stack.services.filter(isWorkload).map(({ name }) => name);
  return wanted.every((name) => states.some(({ service, rolledOut }) => service === name && rolledOut));
}

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
  for (const state of states)
    for (const pod of state.pods.filter((one) => stuck(one, state)))
      await deleteObject(cluster, pod, signal).catch(unlessDenied);
}

/** Without permission to delete pods, the rollout waits for the kubelet's next try. */
function unlessDenied(error: unknown): void {
  if (!(error instanceof ClusterError && error.code === 'CLUSTER_DENIED')) throw error;
}

/** How long each cause has lasted. */
class Sightings {
  #since = new Map<string, number>();

  /** The first cause that has lasted longer than its patience. */
  settled(causes: readonly Cause[]): Cause | undefined {
    const now = performance.now();
    const key = ({ reason, where }: Cause): string => `${reason} ${where}`;
    this.#since = new Map(causes.map((cause) => [key(cause), this.#since.get(key(cause)) ?? now]));
    return causes.find((cause) => now - (this.#since.get(key(cause)) ?? now) >= cause.patienceMs);
  }
}

async function failure(cluster: Cluster, stack: Stack, cause: Cause): Promise<ClusterError> {
  const line = cause.log && (await lastLogLine(cluster, stack, cause.log));
  const why = `${cause.where}: ${cause.reason}: ${cause.message}`;
  return new ClusterError(
    'ROLLOUT_FAILED',
    `The stack "${stack.name}" does not come up.\n${why}${line ? `\nIts last line: ${line}` : ''}`,
    { reason: 'WorkloadFailed', object: cause.where, namespace: stack.namespace },
  );
}

async function outOfTime(
  cluster: Cluster,
  stack: Stack,
  states: readonly WorkloadState[],
  timeoutMs: number,
): Promise<ClusterError> {
  const late = states.filter(({ rolledOut }) => !rolledOut);
  const lines = await Promise.all(late.map((state) => lastSeen(cluster, stack, state)));
  const absent = stack.services
    .filter((service) => isWorkload(service) && !states.some((state) => state.service === service.name))
    .map(({ name }) => `${name}: its workload is no longer in the cluster.`);
  return new ClusterError(
    'ROLLOUT_FAILED',
    `The stack "${stack.name}" was not up after ${Math.round(timeoutMs / 1_000)} seconds.\n${[...lines, ...absent].join('\n')}`,
    { reason: 'RolloutTimeout', namespace: stack.namespace },
  );
}

async function lastSeen(cluster: Cluster, stack: Stack, { object, pods }: WorkloadState): Promise<string> {
  const pod = pods.find((one) => !isReady(one));
  const about = pod ?? object;
  const warning = await lastWarning(cluster, stack, { kind: about.kind, name: about.metadata.name });
  const container = pod?.status.containerStatuses?.[0]?.name;
  const line =
    pod && container !== undefined
      ? await lastLogLine(cluster, stack, { pod: pod.metadata.name, container, previous: false })
      : undefined;
  const why = warning ? `${warning.reason}: ${warning.message}` : 'there is no warning event';
  return `${nameOf(about)}: ${why}${line ? `\n  Its last line: ${line}` : ''}`;
}
