import { expect, test } from 'vitest';
import { measureRecall } from '../app/memory/recall-facts.ts';
import { chattySet } from '../app/memory/sets/chatty.ts';
import { clinicSet } from '../app/memory/sets/clinic.ts';
import { generatedSet } from '../app/memory/sets/generated.ts';
import { householdSet } from '../app/memory/sets/household.ts';
import { villageSet } from '../app/memory/sets/village.ts';

for (const seed of [1, 20_261_123])
  test(`fifty generated facts are quoted with date and source, ten never told are not known (seed ${seed})`, async () => {
    const set = generatedSet(seed);
    expect([set.told.length, set.never.length]).toEqual([50, 10]);
    const { hits, abstained, misses } = await measureRecall(set);
    expect(misses).toEqual([]);
    expect({ hits, abstained }).toEqual({ hits: 50, abstained: 10 });
  }, 60_000);

/**
 * Four sets written by hand. What was seen when each was first asked, before anything was changed for it:
 * nurse 43 of 50 (none of 10 made up), friend 38 (1 made up), household 35 (1 made up), village 46 (none made up).
 * The first three have led the recall since; the village one has not, so it tells what a stranger's facts will give.
 */
test.each([
  ['to a nurse', clinicSet, 50],
  ['to a friend', chattySet, 46],
  ['about a household', householdSet, 48],
  ['in a village', villageSet, 46],
] as const)(
  'of fifty facts told %s nearly all are quoted, and none of ten is made up',
  async (_, set, hits) => {
    const measured = await measureRecall(set);
    expect(measured.hits, measured.misses.join('\n')).toBeGreaterThanOrEqual(hits);
    expect(measured.abstained, measured.misses.join('\n')).toBe(10);
  },
  60_000,
);
