import { mkdtempSync, readFileSync, rmSync, existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { choose } from './choose.ts';
import { limitMinutes, type Part } from './part.ts';
import { runPart, type Run } from './run-part.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mooring-nightly-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A part of four seeds that notes which it ran. */
function part(run: (seed: number) => Promise<unknown> = (seed) => Promise.resolve({ square: seed * seed })) {
  const ran: number[] = [];
  let stopped = 0;
  const counted: Part = {
    what: 'squares',
    seeds: 4,
    start: () =>
      Promise.resolve({
        run: (seed) => {
          ran.push(seed);
          return run(seed);
        },
        stop: () => {
          stopped += 1;
          return Promise.resolve();
        },
      }),
    sum: (results) => ({
      total: (results as { square: number }[]).reduce((sum, { square }) => sum + square, 0),
    }),
  };
  return { part: counted, ran, stopped: () => stopped };
}

const run = (of: Part, rest: Partial<Run> = {}): Run => ({
  name: 'squares',
  part: of,
  sources: 'abc1234',
  stateFile: join(folder, 'state.json'),
  resultFile: join(folder, 'result.json'),
  machine: { cores: 2 },
  say: () => undefined,
  ...rest,
});
const result = (): unknown => JSON.parse(readFileSync(join(folder, 'result.json'), 'utf8'));

test('every seed is run once, and the result has each of them and their sum', async () => {
  const { part: squares, ran, stopped } = part();
  expect(await runPart(run(squares))).toBe('finished');
  expect(ran).toEqual([1, 2, 3, 4]);
  expect(stopped()).toBe(1);
  expect(result()).toMatchObject({
    part: 'squares',
    sources: 'abc1234',
    total: 30,
    seeds: [{ seed: 1, result: { square: 1 } }, {}, {}, { seed: 4 }],
  });
  expect(existsSync(join(folder, 'state.json')), 'the next run begins anew').toBe(false);
});

test('a seed that fails ends the run, and the next run begins with it', async () => {
  const broken = part((seed) =>
    seed === 3 ? Promise.reject(new Error('lost a message')) : Promise.resolve({ square: 0 }),
  );
  await expect(runPart(run(broken.part))).rejects.toThrow('seed 3 failed: lost a message');
  expect(broken.stopped()).toBe(1);
  expect(existsSync(join(folder, 'result.json'))).toBe(false);
  const mended = part();
  expect(await runPart(run(mended.part))).toBe('finished');
  expect(mended.ran).toEqual([3, 4]);
  expect(result()).toMatchObject({ total: 9 + 16 });
});

test('out of time, no other seed is begun, and the next run goes on', async () => {
  let clock = 0;
  const slow = part((seed) => {
    clock += (limitMinutes / 2) * 60_000;
    return Promise.resolve({ square: seed * seed });
  });
  const now = () => clock;
  expect(await runPart(run(slow.part, { now }))).toBe('out of time');
  expect(slow.ran).toEqual([1, 2]);
  expect(await runPart(run(slow.part, { now }))).toBe('finished');
  expect(slow.ran).toEqual([1, 2, 3, 4]);
  expect(result()).toMatchObject({ total: 30, seconds: 4 * 20 * 60 });
});

test('seeds of other sources are not gone on with, and that is said', async () => {
  const broken = part((seed) =>
    seed === 2 ? Promise.reject(new Error('lost')) : Promise.resolve({ square: 0 }),
  );
  await expect(runPart(run(broken.part))).rejects.toThrow('seed 2');
  const { part: squares, ran } = part();
  const said: string[] = [];
  await runPart(run(squares, { sources: 'def5678', say: (line) => said.push(line) }));
  expect(ran).toEqual([1, 2, 3, 4]);
  expect(said[0]).toBe(
    'The seeds finished before were of abc1234, and this is def5678: beginning with seed 1.',
  );
});

test('an unknown part is told with the nearest one and with all there are', () => {
  const parts = { deploy: 1, recall: 2 };
  expect(choose(['recal'], parts)).toEqual({
    problem: 'There is no part "recal". Did you mean "recall"?\nParts: deploy, recall.',
  });
  expect(choose(['soak'], parts)).toEqual({ problem: 'There is no part "soak".\nParts: deploy, recall.' });
  expect(choose(['recall'], parts)).toEqual({ chosen: [['recall', 2]] });
});
