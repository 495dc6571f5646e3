import { expect, test } from 'vitest';
import { DriftHistory } from '../../../operator/reconcile/drift-history.ts';

const seconds = 1_000;

function history() {
  let now = 0;
  const drifts = new DriftHistory(() => now);
  const pass = (ms: number): void => {
    now += ms;
  };
  const repair = (times: number): void => {
    for (let count = 0; count < times; count++) drifts.repaired('a');
  };
  return { drifts, pass, repair };
}

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
  for (const key of ['chat/demo Service/a', 'chat/demo-2 Service/a']) drifts.repaired(key);
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
    for (let count = 0; count < times; count++) drifts.repaired(key);
  expect(drifts.contested('chat/demo ')).toEqual(['chat/demo Service/a']);
});

test('when a stack has its first object that is contested no longer, counted from the last repair of each', () => {
  const { drifts, pass } = history();
  const repair = (key: string): void => {
    for (let count = 0; count < 4; count++) drifts.repaired(key);
  };
  expect(drifts.calmInMs('chat/demo ')).toBeUndefined();
  repair('chat/demo Service/a');
  pass(60 * seconds);
  repair('chat/demo Service/b');
  expect(drifts.calmInMs('chat/demo ')).toBe(540 * seconds + 1);
  pass(drifts.calmInMs('chat/demo ') ?? 0);
  expect(drifts.contested('chat/demo ')).toEqual(['chat/demo Service/b']);
});
