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

/** So many pods are named. */
const mostNamed = 3;

/** A dependency that is up is dialled again within seconds; a gate closed ten times as long is no delay. */
const gateMs = 20_000;

/** What keeps a stack's pods from coming up, from what is in the caches alone. @param nowMs the wall clock. */
export function stuckOf(pods: readonly PodView[], workloads: readonly Observed[], nowMs: number): Stuck {
  const unready = [...pods]
    .filter(({ isReady, isEnding }) => !isReady && !isEnding)
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map((pod) => ({
      pod,
      causes: causesWithin(pod, workloads).filter(({ untilMs = Infinity }) => nowMs < untilMs),
      lasted: nowMs - sinceOf(pod),
    }));
  const named = unready.flatMap(({ pod, causes, lasted }) => {
    const due = causes.filter(({ patienceMs }) => lasted >= patienceMs);
    return due.length > 0 ? [sentence(pod, due)] : [];
  });
  const waits = unready.flatMap(({ causes, lasted }) =>
    causes
      .flatMap(({ patienceMs, untilMs = Infinity }) => [patienceMs - lasted, untilMs - nowMs])
      .filter((ms) => ms > 0 && Number.isFinite(ms)),
  );
  return {
    stuck: [...failures(workloads), ...atMost(named)],
    ...(waits.length > 0 ? { requeueAfterMs: Math.min(...waits) } : {}),
  };
}

/** Whether a pod has a cause that has lasted too long to pass by itself. */
export const isStuck = (pod: PodView, workloads: readonly Observed[], nowMs: number): boolean =>
  !pod.isReady && stuckOf([pod], workloads, nowMs).stuck.length > failures(workloads).length;

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

/** Since when a pod is not ready; one of which it is not known has just begun. */
const sinceOf = ({ unreadySince = '' }: PodView): number => {
  const at = Date.parse(unreadySince);
  return Number.isNaN(at) ? Infinity : at;
};

const causesWithin = (pod: PodView, workloads: readonly Observed[]): readonly PodCause[] =>
  pod.causes.length > 0 ? pod.causes : closedGates(pod, workloads);

/** A process that waits for what is up has a wrong place or a wrong password for it, or a policy is in between. */
const closedGates = (pod: PodView, workloads: readonly Observed[]): PodCause[] =>
  pod.conditions
    .filter(({ type, status }) => status === 'False' && isUp(dependencyOfCondition(type), pod, workloads))
    .map(({ message }) => ({ reason: 'Gate', message, patienceMs: gateMs }));

/** What this cluster does not start counts as up. */
function isUp(dependency: string | undefined, { stack }: PodView, workloads: readonly Observed[]): boolean {
  const workload = workloads.find(({ name }) => name === workloadName(stack, dependency ?? ''));
  return workload?.rollout?.isDone ?? true;
}
