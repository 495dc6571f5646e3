import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { limitMinutes, type Part } from './part.ts';

const seedResult = z.object({ seed: z.int(), seconds: z.number(), result: z.unknown() });
type SeedResult = z.infer<typeof seedResult>;

/** What is kept between two runs of a part that was stopped. */
const stateSchema = z.object({ sources: z.string(), finished: z.array(seedResult) });

export interface Run {
  readonly name: string;
  readonly part: Part;
  /** Which sources run: results of others are not gone on with. */
  readonly sources: string;
  /** Kept after each seed, removed at the end; git ignores it. */
  readonly stateFile: string;
  /** Written at the end, to be checked in. */
  readonly resultFile: string;
  /** What is written of the machine beside the results. */
  readonly machine: object;
  readonly say: (line: string) => void;
  /** The clock, in milliseconds. Default: that of this process. */
  readonly now?: () => number;
}

/**
 * Runs the seeds of a part that have not been finished, in order. After `limitMinutes` no other one is begun, and the
 * next call goes on from there, as it does after a seed that failed or a process that was killed.
 * @returns whether every seed is finished and the result written.
 */
export async function runPart(run: Run): Promise<'finished' | 'out of time'> {
  const finished = await resumed(run);
  if (finished.length < run.part.seeds && !(await runSeeds(run, finished))) return 'out of time';
  await writeJson(run.resultFile, {
    part: run.name,
    what: run.part.what,
    date: new Date().toISOString().slice(0, 10),
    sources: run.sources,
    machine: run.machine,
    seconds: Math.round(finished.reduce((sum, { seconds }) => sum + seconds, 0)),
    ...run.part.sum?.(finished.map(({ result }) => result)),
    seeds: finished,
  });
  await rm(run.stateFile, { force: true });
  return 'finished';
}

async function resumed({ stateFile, sources, part, say }: Run): Promise<SeedResult[]> {
  const text = await readFile(stateFile, 'utf8').catch(() => undefined);
  if (text === undefined) return [];
  const state = stateSchema.parse(JSON.parse(text));
  if (state.sources !== sources) {
    say(`The seeds finished before were of ${state.sources}, and this is ${sources}: beginning with seed 1.`);
    return [];
  }
  say(`Going on after seed ${state.finished.length} of ${part.seeds}.`);
  return state.finished;
}

/** Adds to `finished`, and answers whether there was time for all. */
async function runSeeds(run: Run, finished: SeedResult[]): Promise<boolean> {
  const { part, say, now = () => performance.now() } = run;
  const until = now() + limitMinutes * 60_000;
  const runner = await part.start();
  try {
    for (let seed = finished.length + 1; seed <= part.seeds; seed += 1) {
      if (now() >= until) return false;
      const began = now();
      const result = await runner.run(seed).catch((cause: unknown) => {
        throw new Error(`seed ${seed} failed: ${cause instanceof Error ? cause.message : String(cause)}`, {
          cause,
        });
      });
      const seconds = Math.round((now() - began) / 100) / 10;
      finished.push({ seed, seconds, result });
      await writeJson(run.stateFile, { sources: run.sources, finished });
      say(`seed ${seed} of ${part.seeds}: ${seconds} s`);
    }
    return true;
  } finally {
    await runner.stop();
  }
}

/** Whole or not at all: a process that is killed meanwhile leaves the file that was. */
async function writeJson(path: string, value: object): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(`${path}.new`, `${JSON.stringify(value, null, 2)}\n`);
  await rename(`${path}.new`, path);
}
