import { startFleet } from './fleet.ts';
import { runSeed, type Seen } from './run-seed.ts';

/** Fleets at the same time: most of a seed is waiting. */
const lanes = 2;

/** What was seen in all seeds together. */
export type SeenInAll = Seen & { readonly seeds: number };

/** Runs every seed, each on one of several fleets. @throws WrongHistoryError of the first seed that is wrong. */
export async function runSeeds(seeds: readonly number[], start = startFleet): Promise<SeenInAll> {
  const waiting = [...seeds];
  const seen: Seen[] = [];
  const lane = async (): Promise<void> => {
    const fleet = await start();
    try {
      for (let seed = waiting.shift(); seed !== undefined; seed = waiting.shift())
        seen.push(await runSeed(fleet, seed));
    } catch (error) {
      waiting.length = 0;
      throw error;
    } finally {
      await fleet.stop();
    }
  };
  const ended = await Promise.allSettled(Array.from({ length: Math.min(lanes, seeds.length) }, lane));
  for (const one of ended) if (one.status === 'rejected') throw one.reason;
  const sum = (field: keyof Seen): number => seen.reduce((total, one) => total + one[field], 0);
  return {
    seeds: seen.length,
    ...{ messages: sum('messages'), answers: sum('answers'), connections: sum('connections') },
    ...{ recovered: sum('recovered'), deaths: sum('deaths') },
  };
}
