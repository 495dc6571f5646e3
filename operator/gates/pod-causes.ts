import type { ContainerStatus } from 'kubernetes-types/core/v1.js';
import { isPull, podCauses, type Cause } from '../../deploy/rollout/causes.ts';
import type { Pod } from '../../kube/kinds.ts';
import { shownError } from './words.ts';

/** Why a pod does not come up; without secrets, in words that stay the same while it lasts. */
export interface PodCause extends Pick<Cause, 'reason' | 'message' | 'patienceMs'> {
  /** From then on it is no cause any more, in milliseconds on the wall clock; absent: until the pod changes. */
  readonly untilMs?: number;
  /** It counts from then on, in milliseconds on the wall clock; absent: for as long as the pod has not been ready. */
  readonly sinceMs?: number;
}

/** A container that runs for so long after a crash is taken as one that does not crash any more. */
const crashMs = 60_000;

/** Shared by all pods without one. */
const none: readonly PodCause[] = [];

/**
 * What keeps a pod from coming up. Kubernetes tries again and again, and a container in back-off is at times one that
 * runs or is pulled: the cause is the same all the while.
 */
export function lastingCauses(pod: Pod): readonly PodCause[] {
  const { containerStatuses = [], initContainerStatuses = [] } = pod.status;
  const status = {
    ...pod.status,
    containerStatuses: containerStatuses.map(asInBackOff),
    initContainerStatuses: initContainerStatuses.map(asInBackOff),
  };
  const causes = podCauses({ ...pod, status }, { isCounted: false });
  if (causes.length === 0) return none;
  const until = Math.max(...[...containerStatuses, ...initContainerStatuses].map(endOfCrash));
  return causes.map(({ reason, message, patienceMs, lastLine }) => ({
    ...{ reason, patienceMs },
    message: shownError(lastLine === undefined ? message : `${message}. Its last line: ${lastLine}`),
    ...(reason === crash && Number.isFinite(until) ? { untilMs: until } : {}),
  }));
}

const crash = 'CrashLoopBackOff';

/** Has crashed before, and was started again. */
const isRetried = ({ state, lastState, ready }: ContainerStatus): boolean =>
  !ready && state?.waiting === undefined && (lastState?.terminated?.exitCode ?? 0) !== 0;

function asInBackOff(status: ContainerStatus): ContainerStatus {
  const { waiting } = status.state ?? {};
  if (isRetried(status)) return { ...status, state: { waiting: { reason: crash } } };
  return waiting && isPull(waiting.reason)
    ? { ...status, state: { waiting: { ...waiting, reason: 'ImagePullBackOff' } } }
    : status;
}

/** When a container that runs again is taken as mended; Infinity for one that does not run, or never crashed. */
function endOfCrash(status: ContainerStatus): number {
  const startedAt = Date.parse(status.state?.running?.startedAt ?? '');
  if (!isRetried(status)) return -Infinity;
  return Number.isNaN(startedAt) ? Infinity : startedAt + crashMs;
}
