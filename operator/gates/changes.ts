import { dependencyOfCondition } from '../../model/gates.ts';
import { conditionOf, type Condition, type Finding } from '../conditions.ts';
import { findingsOf } from './findings.ts';
import { reportIn, type PodAnswer } from './pod-answer.ts';
import type { PodView } from './pod-view.ts';

/** A condition that is to be written. */
export interface Change {
  readonly condition: Condition;
  readonly before?: Condition;
}

/**
 * The conditions of a pod that an answer makes differ from what they are.
 * @param now RFC 3339.
 */
export const changesOf = (pod: PodView, answer: PodAnswer, now: string): Change[] =>
  findingsOf(pod, answer).flatMap((finding) => {
    const before = pod.conditions.find(({ type }) => type === finding.type);
    if (before && isSame(before, finding)) return [];
    const condition = conditionOf(finding, pod.conditions, now);
    return { condition, ...(before ? { before } : {}) };
  });

const isSame = (one: Finding, other: Finding): boolean =>
  one.status === other.status && one.reason === other.reason && one.message === other.message;

/** Whether more changes than words for people: the same reason may be worded in another way with each answer. */
export const isUrgent = ({ condition, before }: Change): boolean =>
  condition.status !== before?.status || condition.reason !== before.reason;

/**
 * How long ago the process knew of a change from ready to unready or back, in seconds, for each gate that changed so.
 * The two clocks may be of different machines: it is never less than 0.
 * @param nowMs the wall clock.
 */
export const latenciesOf = (changes: readonly Change[], answer: PodAnswer, nowMs: number): number[] =>
  changes.filter(isTransition).flatMap(({ condition }) => {
    const name = dependencyOfCondition(condition.type);
    const gate = reportIn(answer.readiness)?.gates.find((one) => one.name === name);
    const sinceMs = Date.parse(gate?.since ?? '');
    return Number.isNaN(sinceMs) ? [] : [Math.max(0, nowMs - sinceMs) / 1_000];
  });

/** The first state of a pod is none: it may be much older than the pod's first answer. */
const isTransition = ({ condition, before }: Change): boolean =>
  before !== undefined && before.status !== 'Unknown' && before.status !== condition.status;
