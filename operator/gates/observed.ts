import { isDeepStrictEqual } from 'node:util';
import { dependencyOfCondition } from '../../model/gates.ts';
import type { GateState } from '../../model/report.ts';
import { reportIn, type PodAnswer } from './pod-answer.ts';
import type { PodView } from './pod-view.ts';
import { shownError } from './words.ts';

/** What is known of a pod from its own process. */
export interface PodObserved {
  /** Why its process cannot be asked now, a sentence; absent while it answers. */
  readonly unreachable?: string;
  /** The dependencies it has a readiness gate for, as it last reported them. */
  readonly dependencies: readonly DependencyObserved[];
  /** The digest of the configuration it last reported. */
  readonly digest?: string;
}

export interface DependencyObserved {
  readonly name: string;
  /** `unknown`: never reported, or in a word that is not known here. */
  readonly state: GateState | 'unknown';
  /** Why it is not open, in the process's words without secrets; empty where it says nothing. */
  readonly says: string;
}

/** Whether two differ in words at most: the same error may be worded in another way with each answer. */
export const isSameState = (one: PodObserved, other: PodObserved): boolean =>
  isDeepStrictEqual(stateOf(one), stateOf(other));

const stateOf = ({ unreachable, dependencies, digest }: PodObserved): object => ({
  isReachable: unreachable === undefined,
  dependencies: dependencies.map(({ name, state }) => [name, state]),
  digest,
});

/** What is known of a pod after an answer; what it does not answer is as `before`. */
export function observedAfter(
  pod: Pick<PodView, 'gates'>,
  answer: PodAnswer,
  before?: PodObserved,
): PodObserved {
  const { readiness, config } = answer;
  const digest = reportIn(config)?.digest ?? before?.digest;
  return {
    ...('unanswered' in readiness ? { unreachable: readiness.unanswered } : {}),
    dependencies: pod.gates
      .flatMap((type) => dependencyOfCondition(type) ?? [])
      .map(
        (name) =>
          reported(name, answer) ??
          before?.dependencies.find((one) => one.name === name) ?? { name, state: 'unknown', says: '' },
      ),
    ...(digest === undefined ? {} : { digest }),
  };
}

function reported(name: string, { readiness }: PodAnswer): DependencyObserved | undefined {
  const gate = reportIn(readiness)?.gates.find((one) => one.name === name);
  if (!gate || gate.state === 'unknown') return undefined;
  return { name, state: gate.state, says: gate.state === 'open' ? '' : shownError(gate.lastError ?? '') };
}
