import type { ContainerStatus } from 'kubernetes-types/core/v1.js';
import { nameOf, type KubeObject } from '../../kube/objects.ts';
import type { Pod } from '../../kube/kinds.ts';
import type { Failure, WorkloadState } from './workload-status.ts';

/** Why a workload does not come up. */
export interface Cause {
  /** Kubernetes' reason: `ImagePullBackOff`, `CrashLoopBackOff`, `Unschedulable`, …; `Gate` for a closed gate. */
  readonly reason: string;
  /** Such as `Pod demo-store-0`. */
  readonly where: string;
  readonly message: string;
  /** How long it must last, in milliseconds, not to count as transient. */
  readonly patienceMs: number;
  /** The service that a closed gate waits for. */
  readonly dependency?: string;
  /** How often a process has tried, of one that tries again: the same number says nothing new. */
  readonly attempts?: number;
  /** The container whose last log line is reported. */
  readonly log?: { readonly pod: string; readonly container: string; readonly previous: boolean };
  /** The last line of a container that ended, where Kubernetes keeps it (`FallbackToLogsOnError`). */
  readonly lastLine?: string;
}

const seconds = 1_000;

/** Waiting reasons of a container that do not resolve themselves, and how long each may be transient, in ms. */
const waits: Readonly<Record<string, number>> = {
  ImagePullBackOff: 0,
  // The first try may meet a registry that is only slow.
  ErrImagePull: 10 * seconds,
  InvalidImageName: 0,
  ErrImageNeverPull: 0,
  CrashLoopBackOff: 0,
  // The kubelet may not have seen a new Secret yet.
  CreateContainerConfigError: 5 * seconds,
  CreateContainerError: 10 * seconds,
  RunContainerError: 10 * seconds,
};

/** A pod is unschedulable until its volume is bound or a node is added. */
const schedulingMs = 10 * seconds;
const replicasMs = 3 * seconds;

/** Every cause that keeps a workload from coming up and will not resolve itself. */
export function causesOf({ object, pods, failure }: WorkloadState): Cause[] {
  return [
    ...(failure === undefined ? [] : [failureCause(object, pods, failure)]),
    ...pods.flatMap((pod) => podCauses(pod)),
  ];
}

function failureCause(object: KubeObject, pods: readonly Pod[], failure: Failure): Cause {
  const { reason, message, isFinal } = failure;
  const failed = pods.findLast(({ status }) => status.phase === 'Failed');
  const container = failed?.status.containerStatuses?.[0]?.name;
  return {
    ...{ reason, where: nameOf(object), message, patienceMs: isFinal ? 0 : replicasMs },
    ...(failed && container !== undefined
      ? { log: { pod: failed.metadata.name, container, previous: false } }
      : {}),
  };
}

/**
 * The same of one pod.
 * @param how `isCounted`: whether the words say how often a container has ended, and so change each time. Default: yes.
 */
export function podCauses(pod: Pod, { isCounted = true }: { readonly isCounted?: boolean } = {}): Cause[] {
  const scheduled = (pod.status.conditions ?? []).find(({ type }) => type === 'PodScheduled');
  if (scheduled?.status === 'False')
    return [
      {
        reason: scheduled.reason ?? 'Unschedulable',
        where: nameOf(pod),
        message: `it is Pending, and the scheduler says: ${scheduled.message ?? 'no reason'}`,
        patienceMs: schedulingMs,
      },
    ];
  const { initContainerStatuses = [], containerStatuses = [] } = pod.status;
  return [...initContainerStatuses, ...containerStatuses].flatMap((status) =>
    containerCauses(pod, status, isCounted),
  );
}

function containerCauses(
  pod: Pod,
  { name, image, state, lastState, restartCount }: ContainerStatus,
  isCounted: boolean,
): Cause[] {
  const { reason = '', message = '' } = state?.waiting ?? {};
  const patienceMs = waits[reason];
  if (patienceMs === undefined) return [];
  if (isPull(reason))
    return [
      { reason, where: nameOf(pod), message: `container "${name}": ${pullText(image, message)}`, patienceMs },
    ];
  if (reason !== 'CrashLoopBackOff')
    return [{ reason, where: nameOf(pod), message: `container "${name}": ${message}`, patienceMs }];
  return [
    {
      reason,
      where: nameOf(pod),
      message: `container "${name}" ${endingOf(lastState)}${isCounted ? `, ${restartCount} times by now` : ''}`,
      patienceMs,
      ...lastLineOf(lastState),
      log: { pod: pod.metadata.name, container: name, previous: true },
    },
  ];
}

/** Whether a container waits since its image cannot be pulled: between two tries, or in one. */
export const isPull = (reason: string | undefined): boolean =>
  reason === 'ImagePullBackOff' || reason === 'ErrImagePull';

/** While a container waits between two tries, Kubernetes puts its own words before those of the failure. */
function pullText(image: string, message: string): string {
  const why = message.replace(/^Back-off pulling image "[^"]*"(?:: ErrImagePull: )?/, '');
  return `the image "${image}" cannot be pulled: ${why || 'no reason given'}`;
}

function endingOf(last: ContainerStatus['lastState']): string {
  const { exitCode, reason } = last?.terminated ?? {};
  return reason === 'OOMKilled'
    ? 'was killed for using more memory than its limit'
    : `exited with ${exitCode ?? '?'}`;
}

function lastLineOf(last: ContainerStatus['lastState']): Pick<Cause, 'lastLine'> {
  const lastLine = last?.terminated?.message?.trimEnd().split('\n').at(-1)?.trim() ?? '';
  return lastLine === '' ? {} : { lastLine };
}

/** The progress of a rollout in one line: `store ready, index starting, web 0/1 ready`. */
export function progressOf(states: readonly WorkloadState[]): string {
  return states
    .map((state) => `${state.service} ${state.rolledOut ? doneWord(state) : stageOf(state.pods)}`)
    .join(', ');
}

const doneWord = ({ object }: WorkloadState): string => (object.kind === 'Job' ? 'completed' : 'ready');

function stageOf(pods: readonly Pod[]): string {
  const pod = pods.find(({ status }) => status.phase !== 'Failed') ?? pods[0];
  if (!pod) return 'has no pod yet';
  if (pod.status.phase === 'Pending') {
    const pulling = (pod.status.containerStatuses ?? []).some(
      ({ state }) => state?.waiting?.reason === 'ContainerCreating',
    );
    return pulling ? 'creating its container' : 'pending';
  }
  return 'starting';
}
