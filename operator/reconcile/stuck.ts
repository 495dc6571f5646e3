import { gateMs } from '../../deploy/rollout/gates.ts';
import { dependencyOfCondition } from '../../model/gates.ts';
import { workloadName } from '../../model/names.ts';
import type { PodCause } from '../gates/pod-causes.ts';
import type { PodView } from '../gates/pod-view.ts';
import type { Observed } from './observed.ts';

/** What keeps pods from coming up. */
export interface Stuck {
  /** What has lasted too long to pass by itself, a sentence each; the same words while it lasts. */
  readonly stuck: readonly string[];
  /** When another has lasted so long, in milliseconds. */
  readonly requeueAfterMs?: number;
}

/** A stack's pods and workloads. */
interface StackView {
  readonly pods: readonly PodView[];
  readonly workloads: readonly Observed[];
}

/** So many pods are named. */
const mostNamed = 3;

/** What keeps a stack's pods from coming up, from what is in the caches alone. @param nowMs the wall clock. */
export function stuckOf(pods: readonly PodView[], workloads: readonly Observed[], nowMs: number): Stuck {
  const unready = [...pods]
    .filter(isUnready)
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map((pod) => ({ pod, causes: causesNow(pod, { pods, workloads }, nowMs) }));
  const named = unready.flatMap(({ pod, causes }) => {
    const due = causes.filter(isDue);
    return due.length > 0 ? [sentence(pod, due)] : [];
  });
  const waits = unready.flatMap(({ causes }) =>
    causes
      .flatMap(({ patienceMs, lastedMs, untilMs = Infinity }) => [patienceMs - lastedMs, untilMs - nowMs])
      .filter((ms) => ms > 0 && Number.isFinite(ms)),
  );
  return {
    stuck: [...failures(workloads), ...atMost(named)],
    ...(waits.length > 0 ? { requeueAfterMs: Math.min(...waits) } : {}),
  };
}

/** Whether a pod has a cause that has lasted too long to pass by itself. */
export const isStuck = (pod: PodView, stack: StackView, nowMs: number): boolean =>
  isUnready(pod) && causesNow(pod, stack, nowMs).some(isDue);

interface Lasting extends PodCause {
  readonly lastedMs: number;
}

const isUnready = ({ isReady, isEnding }: PodView): boolean => !isReady && !isEnding;

const isDue = ({ lastedMs, patienceMs }: Lasting): boolean => lastedMs >= patienceMs;

const causesNow = (pod: PodView, stack: StackView, nowMs: number): Lasting[] =>
  causesWithin(pod, stack)
    .filter(({ untilMs = Infinity }) => nowMs < untilMs)
    .map((cause) => ({ ...cause, lastedMs: nowMs - Math.max(sinceOf(pod), cause.sinceMs ?? -Infinity) }));

const failures = (workloads: readonly Observed[]): string[] =>
  workloads.flatMap(({ kind, name, rollout }) =>
    rollout?.failure === undefined ? [] : [`${kind} ${name}: ${rollout.failure}`],
  );

const sentence = ({ name }: PodView, causes: readonly PodCause[]): string =>
  `Pod ${name}: ${causes.map(({ reason, message }) => `${reason}: ${message}`).join('; ')}`;

function atMost(sentences: readonly string[]): string[] {
  const more = sentences.length - mostNamed;
  return more > 0 ? [...sentences.slice(0, mostNamed), `${more} more pods are stuck.`] : [...sentences];
}

/** Since when a pod is ready, or not; one of which it is not known has just begun. */
const sinceOf = ({ readinessSince = '' }: PodView): number => {
  const at = Date.parse(readinessSince);
  return Number.isNaN(at) ? Infinity : at;
};

const causesWithin = (pod: PodView, stack: StackView): readonly PodCause[] =>
  pod.causes.length > 0 ? pod.causes : closedGates(pod, stack);

/** A process that waits for what is up has a wrong place or a wrong password for it, or a policy is in between. */
const closedGates = (pod: PodView, { pods, workloads }: StackView): PodCause[] =>
  pod.conditions
    .map(({ type, status, message }) => ({ status, message, dependency: dependencyOfCondition(type) }))
    .filter(({ status, dependency }) => status === 'False' && isUp(dependency, pod, workloads))
    .map(({ message, dependency }) => ({
      ...{ reason: 'Gate', message, patienceMs: gateMs },
      sinceMs: upSince(dependency, pod, pods),
    }));

/** Since when the last of a dependency's pods is ready. */
const upSince = (dependency: string | undefined, { stack }: PodView, pods: readonly PodView[]): number =>
  Math.max(...pods.filter((one) => one.service === dependency && one.stack === stack).map(sinceOf));

/** What this cluster does not start counts as up. */
function isUp(dependency: string | undefined, { stack }: PodView, workloads: readonly Observed[]): boolean {
  const workload = workloads.find(({ name }) => name === workloadName(stack, dependency ?? ''));
  return workload?.rollout?.isDone ?? true;
}
