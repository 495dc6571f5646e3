import { describe, expect, test } from 'vitest';
import type { Observed } from '../../../operator/reconcile/observed.ts';
import type { Drift, RotationStatus, StackResource } from '../../../operator/reconcile/resource.ts';
import {
  driftText,
  isSameStatus,
  nothingFound,
  statusOf,
  wasApplied,
  type Outcome,
} from '../../../operator/reconcile/status.ts';

const early = '2026-01-01T00:00:00Z';
const late = '2026-01-01T01:00:00Z';
const resource: StackResource = {
  apiVersion: 'example.com/v1alpha1',
  kind: 'ShopStack',
  metadata: { name: 'demo', namespace: 'shop', uid: 'u', generation: 3 },
};
const workload = (rollout: Observed['rollout']): Observed => ({
  ...{ apiVersion: 'apps/v1', kind: 'Deployment', name: 'demo-web', namespace: 'shop', uid: 'w' },
  ...{ resourceVersion: '1', stack: 'demo', fingerprint: '', isEnding: false, isPaused: false },
  ...(rollout ? { rollout } : {}),
});
const up = workload({ wanted: 1, replicas: 1, ready: 1, updated: 1, isDone: true });
const fine: Outcome = { ...nothingFound, workloads: [up], wantedWorkloads: 1 };
const drift: Drift = {
  object: 'Service demo-web',
  field: 'spec.ports[0].port',
  ...{ from: '80', to: '81', manager: 'kubectl-edit', time: early },
};
const leaving = (found: Drift): Outcome => ({ ...fine, drift: [found], left: [found] });
const word = (outcome: Partial<Outcome>, type: string): string => {
  const { conditions = [] } = statusOf(resource, { ...fine, ...outcome }, early);
  const { status, reason } = conditions.find((one) => one.type === type) ?? { status: 'absent', reason: '' };
  return `${status} ${reason}`;
};
const dependency = (status: 'True' | 'False' | 'Unknown', isEveryPodAsked = true) => ({
  gates: ['queue'],
  dependencies: {
    states: [{ name: 'queue', status, reason: 'Closed' as const, message: 'm' }],
    isEveryPodAsked,
  },
});
const rotation = (phase: RotationStatus['phase']): RotationStatus => ({
  ...{ token: 'one', phase, message: 'why', time: early },
});

describe('the conditions of a stack', () => {
  test.each<[string, Partial<Outcome>, string, string]>([
    ['runs what is rendered', {}, 'Ready', 'True Available'],
    ['has a refused document', { refused: 'no' }, 'Ready', 'False DocumentRefused'],
    ['has a refused document (2)', { refused: 'no' }, 'Drifted', 'Unknown DocumentRefused'],
    ['has an object that was refused', { problems: ['no'] }, 'Ready', 'False NotApplied'],
    ['lacks a workload', { wantedWorkloads: 2 }, 'Ready', 'False WorkloadsNotReady'],
    [
      'rolls out',
      { workloads: [workload({ wanted: 2, replicas: 2, ready: 1, updated: 1, isDone: false })] },
      'Progressing',
      'True RollingOut',
    ],
    [
      'does not come up',
      { wantedWorkloads: 2, stuck: ['Pod demo-web-1: CrashLoopBackOff: why'] },
      'Progressing',
      'False Stuck',
    ],
    ['has a pod that is stuck', { stuck: ['why'] }, 'Degraded', 'True AttentionNeeded'],
    ['is given new secrets', { rotation: rotation('Rotating') }, 'Progressing', 'True Rotating'],
    ['waits with new secrets', { rotation: rotation('Waiting') }, 'Progressing', 'True Rotating'],
    ['cannot be given new secrets', { rotation: rotation('Failed') }, 'Degraded', 'True AttentionNeeded'],
    ['has new secrets', { rotation: rotation('Done') }, 'Progressing', 'False Settled'],
    ['has a pod that cannot be asked', dependency('Unknown'), 'Ready', 'Unknown Unreachable'],
    ['has a dependency that is away', dependency('False'), 'QueueReady', 'False Closed'],
    [
      'has a gate of which no pod has said anything',
      { gates: ['queue'] },
      'QueueReady',
      'Unknown NotReported',
    ],
    ['is paused', { paused: 'why' }, 'Paused', 'True Paused'],
    ['was changed by others and left so', { left: [drift] }, 'Drifted', 'True LeftAsChanged'],
    ['is fought over', { contested: ['who'] }, 'Drifted', 'True Contested'],
    ['is fought over (2)', { contested: ['who'] }, 'Degraded', 'True AttentionNeeded'],
  ])('of one that %s', (_, outcome, type, expected) => {
    expect(word(outcome, type)).toBe(expected);
  });
});

test('a status is the same as long as nothing changes, and a condition keeps its time as long as its status', () => {
  const first = statusOf(resource, fine, early);
  const before = { ...resource, status: first };
  expect(isSameStatus(first, statusOf(before, fine, late))).toBe(true);
  const broken = statusOf(before, { ...fine, problems: ['no'] }, late);
  const time = (type: string) => broken.conditions?.find((one) => one.type === type)?.lastTransitionTime;
  expect([time('Ready'), time('Paused')]).toEqual([late, early]);
});

test('the last drift stays until there is another', () => {
  const first = statusOf(resource, { ...fine, drift: [drift] }, early);
  expect(first.lastDrift).toEqual(drift);
  expect(statusOf({ ...resource, status: first }, fine, late).lastDrift).toEqual(drift);
});

test('a drift that is found again, since it is left as it is, keeps its time', () => {
  const first = statusOf(resource, leaving(drift), early);
  const again = leaving({ ...drift, time: late });
  expect(statusOf({ ...resource, status: first }, again, late).lastDrift).toEqual(drift);
});

test('of several drifts that are left as they are, the one that was told last stays the last', () => {
  const other = { ...drift, object: 'Service demo-db' };
  const both = { ...fine, drift: [drift, other], left: [drift, other] };
  const first = statusOf(resource, both, early);
  expect(first.lastDrift).toEqual(other);
  const [again, alike] = [drift, other].map((one) => ({ ...one, time: late }));
  const swapped = { ...fine, drift: [alike, again], left: [alike, again] } as Outcome;
  expect(statusOf({ ...resource, status: first }, swapped, late).lastDrift).toEqual(other);
});

describe('while a pod was not asked yet', () => {
  const after = (status: 'True' | 'False' | 'Unknown', outcome: Partial<Outcome>): string[] => {
    const before = statusOf(resource, { ...fine, ...dependency(status) }, early);
    const { conditions = [] } = statusOf({ ...resource, status: before }, { ...fine, ...outcome }, late);
    return ['Ready', 'QueueReady'].map((type) => conditions.find((one) => one.type === type)?.status ?? '');
  };
  const unasked = { gates: ['queue'], dependencies: { states: [], isEveryPodAsked: false } };

  test('its dependencies, and the stack, are as they were before', () => {
    expect(after('True', unasked)).toEqual(['True', 'True']);
    expect(after('False', unasked)).toEqual(['True', 'False']);
  });

  test('what an asked one waits for is told', () => {
    expect(after('True', dependency('False', false))).toEqual(['True', 'False']);
    expect(after('False', dependency('True', false))).toEqual(['True', 'False']);
  });

  test('a dependency of which nothing was ever said is unknown', () => {
    expect(word(unasked, 'QueueReady')).toBe('Unknown NotReported');
  });
});

test('under spec.paused it is not known whether others changed something', () => {
  expect(word({ paused: 'p' }, 'Drifted')).toBe('Unknown Paused');
  expect(word({ ...leaving(drift), paused: 'p' }, 'Drifted')).toBe('True LeftAsChanged');
});

test('a workload that others scaled to 0 is not ready, one that the document scales so is', () => {
  const stopped = workload({ wanted: 0, replicas: 0, ready: 0, updated: 0, isDone: true });
  expect(word({ workloads: [stopped] }, 'Ready')).toBe('False WorkloadsNotReady');
  expect(word({ workloads: [stopped], idle: ['Deployment/demo-web'] }, 'Ready')).toBe('True Available');
});

test('waits for what has to end first, and is not applied until then', () => {
  expect(word({ pending: ['StatefulSet demo-redis is still being deleted.'] }, 'Ready')).toBe(
    'False NotApplied',
  );
});

test('a drift that comes again after it was put back has the time of the later one', () => {
  const first = statusOf(resource, { ...fine, drift: [drift] }, early);
  const again = { ...drift, time: late };
  const next = statusOf({ ...resource, status: first }, { ...fine, drift: [again] }, late);
  expect(next.lastDrift).toEqual(again);
});

test('a drift that is left as it is and comes again after it was undone has the time of the later one', () => {
  const first = statusOf(resource, leaving(drift), early);
  const undone = statusOf({ ...resource, status: first }, fine, early);
  const again = { ...drift, time: late };
  expect(statusOf({ ...resource, status: undone }, leaving(again), late).lastDrift).toEqual(again);
});

test.each<[string, boolean, Partial<Outcome>, number]>([
  ['was applied', true, {}, 3],
  ['was applied by an operator that renders other objects', false, { facts: { inventory: 'b' } }, 3],
  ['is applied once something has ended', false, { pending: ['later'] }, 3],
  ['was applied and has a late workload', true, { wantedWorkloads: 2 }, 3],
  ['was changed since', false, {}, 4],
  ['was refused', false, { refused: 'no' }, 3],
  ['was applied in part', false, { problems: ['no'] }, 3],
])(
  'an absent object of a document that %s was deleted by somebody else: %s',
  (_, expected, outcome, generation) => {
    const status = statusOf(resource, { ...fine, facts: { inventory: 'a' }, ...outcome }, early);
    const now = { ...resource, metadata: { ...resource.metadata, generation }, status };
    expect(wasApplied(now, 'a')).toBe(expected);
  },
);

test('a refused document is told by Ready, and the other conditions refer to it', () => {
  const { conditions = [] } = statusOf(
    resource,
    { ...nothingFound, refused: 'spec.size: no such size' },
    early,
  );
  const told = (type: string) => conditions.find((one) => one.type === type)?.message;
  expect(told('Ready')).toBe('spec.size: no such size');
  for (const type of ['Stalled', 'Degraded', 'Paused', 'Drifted'])
    expect(told(type)).toBe('The document is refused; Ready says why.');
});

describe('of a stack whose next document is refused', () => {
  const facts = { endpoint: 'http://demo-web', digest: 'd', inventory: 'a', selector: 'app=web' };
  const status = statusOf(resource, { ...fine, facts, ...dependency('True') }, early);
  const next = { ...resource, metadata: { ...resource.metadata, generation: 4 }, status };
  const queue = (outcome: Partial<Outcome>): string => {
    const { conditions = [] } = statusOf(next, { ...nothingFound, refused: 'no', ...outcome }, late);
    const found = conditions.filter(({ type }) => type === 'QueueReady');
    return found.map((one) => `${one.status} since ${one.lastTransitionTime}`).join();
  };

  test('the facts of the one before stay', () => {
    expect(statusOf(next, { ...nothingFound, refused: 'no' }, late)).toMatchObject(facts);
  });

  test('its dependencies stay as they were, until a pod says otherwise', () => {
    expect(queue({})).toBe(`True since ${early}`);
    expect(queue({ dependencies: dependency('True').dependencies })).toBe(`True since ${early}`);
    expect(queue({ dependencies: dependency('False').dependencies })).toBe(`False since ${late}`);
    expect(queue({ dependencies: dependency('False', false).dependencies })).toBe(`False since ${late}`);
    expect(queue({ dependencies: dependency('Unknown', false).dependencies })).toBe(`True since ${early}`);
  });
});

test.each<[string, Partial<Drift>, string]>([
  ['was changed', {}, 'is 81 (set by kubectl-edit); rendered is 80.'],
  ['was changed by it is not known whom', { manager: 'unknown' }, 'is 81; rendered is 80.'],
  [
    'was added',
    { from: 'nothing', to: 'not shown' },
    'was added (set by kubectl-edit); nothing is rendered there.',
  ],
  [
    'was set in place of its default',
    { to: 'not shown' },
    'was changed (set by kubectl-edit); nothing is rendered there, and by default it is 80.',
  ],
  ['was removed', { to: 'nothing', manager: 'unknown' }, 'was removed; rendered is 80.'],
])('a field that %s is told in words', (_, change, expected) => {
  expect(driftText({ ...drift, ...change })).toBe(`Service demo-web: spec.ports[0].port ${expected}`);
});
