import { type Stack, isWorkload } from '../../model/stack.ts';
import { ClusterError } from '../../kube/cluster-error.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { nameOf } from '../../kube/objects.ts';
import { deleteObject } from '../stack-objects.ts';
import { pause } from '../../kube/poll.ts';
import { causesOf, progressOf, type Cause } from './causes.ts';
import { ChangeWatch } from './change-watch.ts';
import { gateWatch } from './gates.ts';
import { lastLogLine, lastWarning } from './diagnostics.ts';
import { isReady, workloadStates, type Pod, type WorkloadState } from './workload-status.ts';

export interface RolloutOptions {
  /** How long at most, in milliseconds. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: (line: string) => void;
  /** Told the backend's pods that say they are ready, before Kubernetes has noticed; more than once. */
  readonly onOpen?: (pod: Pod) => void;
}

/**
 * Waits until every workload of a stack runs its newest template, every pod of it ready.
 * @throws ClusterError ROLLOUT_FAILED, naming the cause, as soon as one is seen that will not pass by itself, or when
 * time is up.
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
  const { timeoutMs, signal, onProgress, onOpen } = options;
  const deadline = performance.now() + timeoutMs;
  const seen = new Sightings();
  const closedGates = gateWatch(cluster, stack, { signal, onOpen });
  for (;;) {
    const states = await lookedAt(cluster, stack, options, deadline);
    if (isDone(stack, states)) return;
    onProgress?.(progressOf(states));
    const causes = [...states.flatMap(causesOf), ...(await closedGates(states))];
    const settled = seen.settled(causes);
    if (settled) throw await failure(cluster, stack, settled);
    if (performance.now() > deadline) throw await outOfTime(cluster, stack, states, timeoutMs);
    await change();
  }
}

/** An API server that is away for a moment, as in an upgrade of its node, is waited for as everything else is. */
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

function isDone(stack: Stack, states: readonly WorkloadState[]): boolean {
  const wanted = stack.services.filter(isWorkload).map(({ name }) => name);
  return wanted.every((name) => states.some(({ service, rolledOut }) => service === name && rolledOut));
}

/**
 * A pod that hung before this apply shows an old verdict, and kubelet may take minutes until it tries again: whatever
 * was mended meanwhile, the new pod shows it at once.
 */
async function replaceStuck(
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

/** Whoever may not delete pods waits for kubelet instead. */
function unlessDenied(error: unknown): void {
  if (!(error instanceof ClusterError && error.code === 'CLUSTER_DENIED')) throw error;
}

/** Since when each cause has been seen without a break. */
class Sightings {
  #since = new Map<string, number>();

  /** The first cause that was seen for as long as it takes to be no passing state. */
  settled(causes: readonly Cause[]): Cause | undefined {
    const now = performance.now();
    const key = ({ reason, where }: Cause): string => `${reason} ${where}`;
    this.#since = new Map(causes.map((cause) => [key(cause), this.#since.get(key(cause)) ?? now]));
    return causes.find((cause) => now - (this.#since.get(key(cause)) ?? now) >= cause.patienceMs);
  }
}

async function failure(cluster: Cluster, stack: Stack, cause: Cause): Promise<ClusterError> {
  const line = cause.log && (await lastLogLine(cluster, stack, cause.log));
  const words = `${cause.where}: ${cause.reason}: ${cause.message}`;
  return new ClusterError(
    'ROLLOUT_FAILED',
    `The stack "${stack.name}" does not come up.\n${words}${line ? `\nIts last line: ${line}` : ''}`,
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
    .map(({ name }) => `${name}: it has no workload in the cluster any more.`);
  return new ClusterError(
    'ROLLOUT_FAILED',
    `The stack "${stack.name}" was not up after ${Math.round(timeoutMs / 1_000)} seconds (--timeout).\n${[...lines, ...absent].join('\n')}`,
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
  const why = warning ? `${warning.reason}: ${warning.message}` : 'nothing warns of it';
  return `${nameOf(about)}: ${why}${line ? `\n  Its last line: ${line}` : ''}`;
}
