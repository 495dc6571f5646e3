import { describe, expect, test } from 'vitest';
import type { Observed } from '../../../operator/reconcile/observed.ts';
import type { Drift, RotationStatus, StackResource } from '../../../operator/reconcile/resource.ts';
import {
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
    ['is paused (2)', { paused: 'why' }, 'Drifted', 'Unknown Paused'],
    ['is paused (3)', { paused: 'why' }, 'Degraded', 'False NotCompared'],
    ['has a paused object', { pausedObjects: ['Service demo-web'] }, 'Paused', 'True Paused'],
    ['has a paused object (2)', { pausedObjects: ['Service demo-web'] }, 'Drifted', 'False AsRendered'],
    ['has a paused object (3)', { pausedObjects: ['Service demo-web'] }, 'Degraded', 'False NotCompared'],
    [
      'has a paused object, and another that was changed',
      { pausedObjects: ['Service demo-web'], left: [drift] },
      'Drifted',
      'True LeftAsChanged',
    ],
    ['ignores drift', { ignoresDrift: true }, 'Drifted', 'Unknown Ignored'],
    ['ignores drift (2)', { ignoresDrift: true }, 'Degraded', 'False NotCompared'],
    ['ignores drift (3)', { ignoresDrift: true }, 'Ready', 'True Available'],
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

test.each<[string, Partial<Outcome>]>([
  ['Available', {}],
  ['Available,Paused', { paused: 'why' }],
  ['Available,Paused', { pausedObjects: ['Service demo-web'] }],
  ['Available,LeftAsChanged', { left: [drift] }],
  ['Available,AttentionNeeded,Contested', { contested: ['who'] }],
  ['NotApplied,AttentionNeeded', { problems: ['no'] }],
  ['WorkloadsNotReady', { wantedWorkloads: 2 }],
  ['DocumentRefused,AttentionNeeded', { refused: 'no' }],
  ['Available', { ignoresDrift: true }],
])('the column STATUS says %s of %o', (summary, outcome) => {
  expect(statusOf(resource, { ...fine, ...outcome }, early).summary).toBe(summary);
});

test('under spec.paused it is not known whether others changed something', () => {
  expect(word({ paused: 'p' }, 'Drifted')).toBe('Unknown Paused');
  expect(word({ ...leaving(drift), paused: 'p' }, 'Drifted')).toBe('True LeftAsChanged');
});

test('a paused object is not compared, and named: of the others it is said whether they are as rendered', () => {
  const message = (outcome: Partial<Outcome>): string | undefined =>
    statusOf(resource, { ...fine, pausedObjects: ['Service demo-db'], ...outcome }, early).conditions?.find(
      ({ type }) => type === 'Drifted',
    )?.message;
  expect(message({})).toBe(
    'Not compared, since paused: Service demo-db.\nEvery other object is as rendered.',
  );
  expect(message({ left: [drift] })).toMatch(
    /^Service demo-web: .*\nNot compared, since paused: Service demo-db\.$/,
  );
});

test('where something could not be applied it is not claimed that every object is as rendered', () => {
  expect(word({ problems: ['p'] }, 'Drifted')).toBe('Unknown NotApplied');
  expect(word({ pending: ['p'] }, 'Drifted')).toBe('Unknown NotApplied');
  expect(word({ ...leaving(drift), problems: ['p'] }, 'Drifted')).toBe('True LeftAsChanged');
});

test('a rotation that failed needs a person: it is stalled, not under way', () => {
  const rotation = { token: 'one', phase: 'Failed', message: 'Neo4j says no.', time: early } as const;
  expect(word({ rotation }, 'Progressing')).toBe('False Stuck');
  expect(word({ rotation }, 'Stalled')).toBe('True Stuck');
  expect(word({ rotation }, 'Reconciling')).toBe('absent ');
});

test.each([{ paused: 'why' }, { ignoresDrift: true }])(
  'of what is not compared nothing is claimed: %o',
  (outcome) => {
    const { conditions = [] } = statusOf(resource, { ...fine, ...outcome }, early);
    const claims = conditions.filter(
      ({ reason, message }) =>
        reason === 'AsRendered' || /\b(is|runs) (as|what is) rendered( and|\.)/.test(message),
    );
    expect(claims).toEqual([]);
  },
);

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
  ['is applied once something has ended', false, { pending: ['later'] }, 3],
  ['was applied and has a late workload', true, { wantedWorkloads: 2 }, 3],
  ['was changed since', false, {}, 4],
  ['was refused', false, { refused: 'no' }, 3],
  ['was applied in part', false, { problems: ['no'] }, 3],
])('a document that %s is applied as a whole: %s', (_, expected, outcome, generation) => {
  const status = statusOf(resource, { ...fine, ...outcome }, early);
  expect(wasApplied({ ...resource, metadata: { ...resource.metadata, generation }, status })).toBe(expected);
});

test('what was there before stays so where nothing is applied', () => {
  const status = statusOf(resource, { ...fine, inventory: 'a b' }, early);
  const next = statusOf({ ...resource, status }, { ...fine, paused: 'why' }, late);
  expect([status.inventory, next.inventory]).toEqual(['a b', 'a b']);
});

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
  const facts = { endpoint: 'http://demo-web', digest: 'd', selector: 'app=web' };
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
