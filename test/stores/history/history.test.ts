import { describe, expect, onTestFinished, test } from 'vitest';
import { forSuite } from '../../servers/for-suite.ts';
import { orSkip } from '../../servers/or-skip.ts';
import { startFleet } from './fleet.ts';
import type { Action, Plan, Step } from './plan.ts';
import { plantable, planted } from './planted-faults.ts';
import { startLanes } from './run-seeds.ts';
import { replayVariable, runSeed, WrongHistoryError } from './run-seed.ts';

const only = process.env[replayVariable];
const seeds = only === undefined ? Array.from({ length: 50 }, (_, nth) => nth + 1) : [Number(only)];

test(
  'whatever dies, what was acknowledged is stored and answered once, and shown to its patient once',
  (context) =>
    orSkip(context, async () => {
      const lanes = await startLanes();
      onTestFinished(() => lanes.stop());
      const seen = await lanes.run(seeds);
      expect(seen.seeds).toBe(seeds.length);
      if (only !== undefined) return;
      expect(seen.deaths).toBeGreaterThan(10);
      expect(seen.recovered).toBeGreaterThan(50);
    }),
  590_000,
);

describe('a record is found', () => {
  let plant: ReturnType<typeof plantable>['plant'];
  const fleet = forSuite(() =>
    startFleet({
      between: (honest) => {
        const made = plantable(honest);
        plant = made.plant;
        return made.record;
      },
    }),
  );
  const then = (action: Action): Step => ({ ...action, thenMs: 250 });
  /** Two patients; the first one talks in two tabs, and further ones are opened. */
  const plan: Plan = {
    patients: [[2], [1]],
    steps: [
      then({ what: 'say', tab: 2, manner: 'quick' }),
      ...Array.from({ length: 3 }, () => then({ what: 'say', tab: 0, manner: 'quick' })),
      then({ what: 'visit', session: 0, back: 2 }),
      then({ what: 'open', session: 0 }),
    ],
  };

  test.each([
    ['loses a message that it acknowledged', planted.losing, 'acknowledged is stored: m2 is lost'],
    ['stores an answer twice', planted.doubling, 'one answer: message m1'],
    ['skips an offset', planted.skipping, 'gapless: event 3 of the log has offset 4'],
    ['lets a client miss what it asked for', planted.lagging, 'recovered is never false: visit0'],
    ["tells another patient's words", planted.mixing, "another patient's words: visit0"],
  ])('that %s', async (_what, fault, told) => {
    plant(fault);
    const wrong = await runSeed(fleet(), 1, { plan, settleMs: 3_000 }).then(
      () => [],
      (error: unknown) => (error instanceof WrongHistoryError ? error.wrong : Promise.reject(error as Error)),
    );
    expect(wrong.filter((one) => one.startsWith(told)).length, wrong.join('\n')).toBeGreaterThan(0);
  });

  test('and one that is right is none', async () => {
    plant(planted.none);
    await runSeed(fleet(), 1, { plan });
  });
});
