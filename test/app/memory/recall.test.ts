import { expect, test } from 'vitest';
import { measureRecall } from './recall-facts.ts';
import { chattySet } from './sets/chatty.ts';
import { clinicSet } from './sets/clinic.ts';
import { generatedSet } from './sets/generated.ts';

for (const seed of [1, 20_261_123])
  test(`fifty generated facts are quoted with date and source, ten never told are not known (seed ${seed})`, async () => {
    const set = generatedSet(seed);
    expect([set.told.length, set.never.length]).toEqual([50, 10]);
    const { hits, abstained, misses } = await measureRecall(set);
    expect(misses).toEqual([]);
    expect({ hits, abstained }).toEqual({ hits: 50, abstained: 10 });
  }, 60_000);

// Written by hand before the recall was tuned, and only measured: the thresholds are what was seen then and since.
test('of fifty facts told as to a nurse at least 46 are quoted, of ten never told none is made up', async () => {
  const { hits, abstained } = await measureRecall(clinicSet);
  expect(hits).toBeGreaterThanOrEqual(46);
  expect(abstained).toBe(10);
}, 60_000);

test('of fifty facts told as to a friend at least 40 are quoted, of ten never told at most one is made up', async () => {
  const { hits, abstained } = await measureRecall(chattySet);
  expect(hits).toBeGreaterThanOrEqual(40);
  expect(abstained).toBeGreaterThanOrEqual(9);
}, 60_000);
