import { expect, test } from 'vitest';
import { DriftHistory } from '../../../operator/reconcile/drift-history.ts';

const seconds = 1_000;

function history() {
  let now = 0;
  const drifts = new DriftHistory(() => now);
  const pass = (ms: number): void => {
    now += ms;
  };
  const repair = (times: number): void => fight(drifts, 'a', times);
  return { drifts, pass, repair };
}

/** Another program undoes each repair at once. */
function fight(
  drifts: DriftHistory,
  key: string,
  times: number,
  changes = port('kustomize-controller'),
): void {
  for (let count = 0; count < times; count++) {
    drifts.found(key, changes);
    drifts.repaired(key, changes);
  }
}

const port = (...managers: string[]) => managers.map((manager) => ({ field: 'spec.port', manager }));

test('the first repairs of an object are made at once, later ones after waits that double up to 5 minutes', () => {
  const { drifts, repair } = history();
  const waits = Array.from({ length: 13 }, () => {
    const wait = drifts.waitMs('a');
    repair(1);
    return wait / seconds;
  });
  expect(waits).toEqual([0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 300]);
});

test('a wait passes', () => {
  const { drifts, repair, pass } = history();
  repair(4);
  expect(drifts.waitMs('a')).toBe(2 * seconds);
  pass(1.5 * seconds);
  expect(drifts.waitMs('a')).toBe(0.5 * seconds);
  pass(seconds);
  expect(drifts.waitMs('a')).toBe(0);
});

test('an object is contested from the fourth repair on, and no longer once it stayed for ten minutes', () => {
  const { drifts, repair, pass } = history();
  repair(3);
  expect(drifts.isContested('a')).toBe(false);
  repair(1);
  expect([drifts.isContested('a'), drifts.count('a')]).toEqual([true, 4]);
  pass(601 * seconds);
  expect([drifts.isContested('a'), drifts.count('a')]).toEqual([false, 0]);
});

test("a stack's objects are forgotten with it, and no other's", () => {
  const { drifts } = history();
  for (const key of ['chat/demo Service/a', 'chat/demo-2 Service/a']) fight(drifts, key, 1);
  drifts.forget('chat/demo ');
  expect(['chat/demo Service/a', 'chat/demo-2 Service/a'].map((key) => drifts.count(key))).toEqual([0, 1]);
});

test('what is left as it is is told once, and again after it was as rendered', () => {
  const { drifts } = history();
  const told = () => drifts.isNews('a', 'the port is 6380');
  expect([told(), told(), drifts.isNews('a', 'the port is 6381'), told()]).toEqual([true, false, true, true]);
  drifts.settled('a');
  expect(told()).toBe(true);
});

test('the fields with which an object was left are known until it is as rendered', () => {
  const { drifts } = history();
  drifts.leave('a', new Map([['data.PORT', 'unknown']]));
  expect([...drifts.leftOf('a').keys()]).toEqual(['data.PORT']);
  drifts.settled('a');
  expect([...drifts.leftOf('a').keys()]).toEqual([]);
});

test("a stack's contested objects are those that others keep changing, and no other stack's", () => {
  const { drifts } = history();
  for (const [key, times] of [
    ['chat/demo Service/a', 4],
    ['chat/demo Service/b', 3],
    ['chat/demo-2 Service/a', 4],
  ] as const)
    fight(drifts, key, times);
  expect(drifts.contested('chat/demo ')).toEqual(['chat/demo Service/a']);
});

test('when a stack has its first object that is contested no longer, counted from the last repair of each', () => {
  const { drifts, pass } = history();
  const repair = (key: string): void => fight(drifts, key, 4);
  expect(drifts.calmInMs('chat/demo ')).toBeUndefined();
  repair('chat/demo Service/a');
  pass(60 * seconds);
  repair('chat/demo Service/b');
  expect(drifts.calmInMs('chat/demo ')).toBe(540 * seconds + 1);
  pass(drifts.calmInMs('chat/demo ') ?? 0);
  expect(drifts.contested('chat/demo ')).toEqual(['chat/demo Service/b']);
});

test.each<[string, number, (at: number) => { field: string; manager: string }]>([
  ['of other fields', 1, (at) => ({ field: `spec.${at}`, manager: 'kubectl-edit' })],
  ['of one field by others each time', 1, (at) => ({ field: 'spec.port', manager: `kubectl-${at}` })],
  ['of one field, twice a day', 12 * 3_600, () => ({ field: 'spec.port', manager: 'kubectl-edit' })],
])('edits %s are no contest, and each is put back at once', (_, seconds_, change) => {
  const { drifts, pass } = history();
  for (let at = 0; at < 6; at++) {
    drifts.found('a', [change(at)]);
    expect(drifts.waitMs('a')).toBe(0);
    drifts.repaired('a', [change(at)]);
    pass(seconds_ * seconds);
  }
  expect(drifts.isContested('a')).toBe(false);
});

test.each([
  ['a minute', 60, '4 minutes', 600],
  ['an hour', 3_600, '4 hours', 2 * 3_600],
  ['six hours', 6 * 3_600, '24 hours', 12 * 3_600],
])(
  'a change that comes back %s after each time it was put back is contested from the fifth on, and put back at once',
  (_, gap, within, calm) => {
    const { drifts, pass } = history();
    const contested: boolean[] = [];
    for (let round = 1; round <= 5; round++) {
      if (round > 1) pass(gap * seconds);
      drifts.found('a', port('cron'));
      expect(drifts.waitMs('a')).toBe(0);
      drifts.repaired('a', port('cron'));
      contested.push(drifts.isContested('a'));
    }
    expect(contested).toEqual([false, false, false, false, true]);
    expect([drifts.managersOf('a'), drifts.howOften('a')]).toEqual([['cron'], `5 times within ${within}`]);
    expect(drifts.contested('a')).toEqual(['a']);
    expect(drifts.calmInMs('a')).toBe(calm * seconds + 1);
    pass(calm * seconds + 1);
    expect([drifts.isContested('a'), drifts.contested('a')]).toEqual([false, []]);
  },
);

test('a slow contest too is over where people have dealt with it', () => {
  const { drifts, pass } = history();
  const contest = (): void => {
    for (let round = 1; round <= 5; round++) {
      drifts.repaired('chat/demo Service/a', port('cron'));
      pass(60 * seconds);
    }
    expect(drifts.isContested('chat/demo Service/a')).toBe(true);
  };
  for (const end of [
    () => drifts.acknowledged('chat/demo '),
    () => drifts.pausedObject('chat/demo Service/a'),
    () => drifts.forget('chat/demo '),
  ]) {
    contest();
    end();
    expect(drifts.isContested('chat/demo Service/a')).toBe(false);
  }
});

test('a change that comes back while its repair waits counts, however long the wait is', () => {
  const { drifts, repair, pass } = history();
  repair(10);
  drifts.found('a', port('kustomize-controller'));
  pass(drifts.waitMs('a'));
  drifts.found('a', port('kustomize-controller'));
  drifts.repaired('a', port('kustomize-controller'));
  expect(drifts.count('a')).toBe(11);
});

test('everyone who changes a contested object is named, also who changes another field of it', () => {
  const { drifts, repair } = history();
  repair(4);
  for (const manager of ['unknown', 'kubectl-edit']) drifts.repaired('a', [{ field: 'spec.name', manager }]);
  expect(drifts.managersOf('a')).toEqual(['kubectl-edit', 'kustomize-controller']);
  expect(drifts.count('a'), 'an edit of another field undoes no repair').toBe(4);
});

test('what people have dealt with is contested no more, and put back at once', () => {
  const { drifts } = history();
  const keys = ['chat/demo Service/a', 'chat/demo Service/ab', 'chat/demo-2 Service/a'];
  for (const key of keys) fight(drifts, key, 5);
  drifts.pausedObject('chat/demo Service/a');
  expect(keys.map((key) => drifts.isContested(key))).toEqual([false, true, true]);
  drifts.acknowledged('chat/demo ');
  expect(keys.map((key) => drifts.isContested(key))).toEqual([false, false, true]);
  expect(drifts.waitMs('chat/demo Service/ab')).toBe(0);
});
