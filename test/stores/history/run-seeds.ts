import { startFleet, type Fleet } from './fleet.ts';
import { planOf, withCrash, type Plan } from './plan.ts';
import { runSeed, type Seen } from './run-seed.ts';

/** What was seen in all seeds together. */
export type SeenInAll = Seen & { readonly seeds: number };

/** Fleets that run seeds at the same time: most of a seed is waiting. */
export interface Lanes {
  /** Runs every seed. @throws WrongHistoryError of a seed that is wrong, after which no other is begun. */
  run(seeds: readonly number[]): Promise<SeenInAll>;
  stop(): Promise<void>;
}

/** Two lanes on an embedded record, or one on Neo4j, which is killed in each seed. */
export async function startLanes({ onNeo4j = false } = {}): Promise<Lanes> {
  const started = await Promise.allSettled(
    Array.from({ length: onNeo4j ? 1 : 2 }, () => startFleet({ onNeo4j })),
  );
  const fleets = started.flatMap((one) => (one.status === 'fulfilled' ? one.value : []));
  const stop = async (): Promise<void> => {
    await Promise.all(fleets.map((fleet) => fleet.stop()));
  };
  for (const one of started)
    if (one.status === 'rejected') {
      await stop();
      throw one.reason;
    }
  const plan = onNeo4j ? (seed: number) => withCrash(planOf(seed)) : planOf;
  return { run: (seeds) => runSeeds(seeds, fleets, plan), stop };
}

async function runSeeds(
  seeds: readonly number[],
  fleets: readonly Fleet[],
  planFor: (seed: number) => Plan,
): Promise<SeenInAll> {
  const waiting = [...seeds];
  const seen: Seen[] = [];
  const lane = async (fleet: Fleet): Promise<void> => {
    for (let seed = waiting.shift(); seed !== undefined; seed = waiting.shift())
      seen.push(await runSeed(fleet, seed, { plan: planFor(seed) }));
  };
  const ended = await Promise.allSettled(
    fleets.map((fleet) => lane(fleet).finally(() => (waiting.length = 0))),
  );
  for (const one of ended) if (one.status === 'rejected') throw one.reason;
  return { seeds: seen.length, ...sumOf(seen) };
}

/** All that was seen in several seeds. */
export function sumOf(seen: readonly Seen[]): Seen {
  const sum = (field: keyof Seen): number => seen.reduce((total, one) => total + one[field], 0);
  return {
    ...{ messages: sum('messages'), answers: sum('answers'), connections: sum('connections') },
    ...{ recovered: sum('recovered'), deaths: sum('deaths') },
  };
}
