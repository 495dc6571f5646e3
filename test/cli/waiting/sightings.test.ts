import { describe, expect, test } from 'vitest';
import { Sightings } from '../../../cli/waiting/sightings.ts';

const crash = { reason: 'CrashLoopBackOff', where: 'Pod web-0', message: '', patienceMs: 0 };
const image = { reason: 'CreateContainerError', where: 'Pod web-0', message: '', patienceMs: 10 };
const gate = (attempts: number, dependency = 'queue') => ({
  ...{ reason: 'Gate', where: 'Pod web-0', dependency, message: '', patienceMs: 20 },
  attempts,
});

describe('a cause that keeps a workload from coming up', () => {
  test('counts at once where it does not pass by itself', () => {
    expect(new Sightings().settled([crash], 0)).toBe(crash);
  });

  test('counts once it has lasted, and anew after it was away', () => {
    const seen = new Sightings();
    expect(seen.settled([image], 0)).toBeUndefined();
    expect(seen.settled([image], 9)).toBeUndefined();
    expect(seen.settled([image], 10)).toBe(image);
    seen.settled([], 11);
    expect(seen.settled([image], 12)).toBeUndefined();
  });

  test('counts of a gate only once a dial has failed after it was first seen', () => {
    const seen = new Sightings();
    expect(seen.settled([gate(8)], 0)).toBeUndefined();
    expect(seen.settled([gate(8)], 60)).toBeUndefined();
    expect(seen.settled([gate(9)], 61)).toEqual(gate(9));
  });

  test('counts for each gate of a pod by itself', () => {
    const seen = new Sightings();
    seen.settled([gate(1)], 0);
    expect(seen.settled([gate(1), gate(2, 'store')], 20)).toBeUndefined();
    expect(seen.settled([gate(1), gate(3, 'store')], 39)).toBeUndefined();
    expect(seen.settled([gate(1), gate(4, 'store')], 40)).toEqual(gate(4, 'store'));
  });

  test('counts anew of a process that was started again', () => {
    const seen = new Sightings();
    seen.settled([gate(8)], 0);
    expect(seen.settled([gate(2)], 30)).toBeUndefined();
    expect(seen.settled([gate(3)], 49)).toBeUndefined();
    expect(seen.settled([gate(3)], 50)).toEqual(gate(3));
  });
});
