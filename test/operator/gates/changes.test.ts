import { expect, test } from 'vitest';
import { verifiedCondition } from '../../../model/gates.ts';
import { changesOf, isUrgent, latenciesOf } from '../../../operator/gates/changes.ts';
import { unanswered, type PodAnswer } from '../../../operator/gates/pod-answer.ts';
import type { PodView } from '../../../operator/gates/pod-view.ts';
import type { Condition } from '../../../operator/conditions.ts';
import { began, condition, gate, podView, queueReady, saying } from './pods.ts';

const now = '2026-01-01T00:01:00Z';
const closed = saying([gate('closed', { lastError: 'refused', since: '2026-01-01T00:00:58Z' })]);

/** A pod as it is once what an answer says was written. */
const after = (pod: PodView, answer: PodAnswer): PodView => ({
  ...pod,
  conditions: changesOf(pod, answer, began).map((change) => change.condition),
});
const open = after(podView(), saying([gate('open')]));

test('the same answer, written once, is written no more', () => {
  expect(open.conditions).toHaveLength(2);
  expect(changesOf(open, saying([gate('open', { attempts: 3, since: now })]), now)).toEqual([]);
  const away = after(open, unanswered('It is away.'));
  expect(changesOf({ ...open, conditions: away.conditions }, unanswered('It is away.'), now)).toEqual([]);
});

test('a change of the status gets a new time, and only the condition that differs is written', () => {
  const changes = changesOf(open, closed, now);
  expect(
    changes.map(({ condition }) => [condition.type, condition.status, condition.lastTransitionTime]),
  ).toEqual([[queueReady, 'False', now]]);
});

test('a change of the reason alone keeps the time', () => {
  const changes = changesOf(open, unanswered('It is away.'), now);
  expect(
    changes.map(({ condition }) => [condition.type, condition.reason, condition.lastTransitionTime]),
  ).toEqual([
    [queueReady, 'Unreachable', began],
    [verifiedCondition, 'Unreachable', began],
  ]);
});

test('a new status or reason is urgent, other words are not', () => {
  const change = (before: Condition) => ({
    condition: condition(queueReady, 'False', 'Closed', 'a'),
    before,
  });
  expect(isUrgent(change(condition(queueReady, 'False', 'Closed', 'b')))).toBe(false);
  expect(isUrgent(change(condition(queueReady, 'False', 'NotReported', 'a')))).toBe(true);
  expect(isUrgent(change(condition(queueReady, 'True', 'Closed', 'a')))).toBe(true);
  expect(isUrgent({ condition: condition(queueReady, 'False') })).toBe(true);
});

test('latency counts from when the process knew of a transition, and is never negative', () => {
  const changes = changesOf(open, closed, now);
  expect(latenciesOf(changes, closed, Date.parse(now))).toEqual([2]);
  expect(latenciesOf(changes, closed, Date.parse(began))).toEqual([0]);
});

test('neither the first state of a pod, nor another reason, nor a report without a time has a latency', () => {
  const first = changesOf(podView(), closed, now);
  expect(latenciesOf(first, closed, Date.parse(now))).toEqual([]);
  const degraded = saying([gate('degraded')]);
  expect(latenciesOf(changesOf(open, degraded, now), degraded, Date.parse(now))).toEqual([]);
  const timeless = saying([gate('closed', { since: '' })]);
  expect(latenciesOf(changesOf(open, timeless, now), timeless, Date.parse(now))).toEqual([]);
});
