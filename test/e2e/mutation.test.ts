import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { findingCodes } from '../../proof/codes.ts';
import { verifyChat } from '../proof/known.ts';
import { fileDocs, presetDocs, presets } from '../proof/manifests.ts';
import { measure } from '../proof/mutation/measure.ts';

const most = 0.05;

/** What is published; docs/verify.md is held to it by test/proof/docs.test.ts. */
const report = 'docs/bench/mutation.json';
const count = z.number();
const counts = z.object({
  mutants: count,
  caught: count,
  equivalent: count,
  excused: count,
  falseAlarms: count,
});

/** It takes one core about a minute; the limit is for a machine that is busy with something else. */
const timeout = 600_000;

test(
  'every mutant of every preset and of manifests in another style is caught, or changes nothing',
  { timeout },
  () => {
    const measured = [
      ...presets.map((preset) => measure(presetDocs(preset))),
      measure(fileDocs('handwritten/assistant.yaml')),
    ];
    const sum = (of: (one: (typeof measured)[number]) => number): number =>
      measured.reduce((total, one) => total + of(one), 0);
    expect(measured.flatMap(({ survivors }) => survivors)).toEqual([]);
    expect(sum((one) => one.excused)).toBeLessThan(sum((one) => one.mutants - one.equivalent) * most);

    expect(
      {
        mutants: sum((one) => one.mutants),
        caught: sum((one) => one.caught),
        equivalent: sum((one) => one.equivalent),
        excused: sum((one) => one.excused),
        falseAlarms: sum((one) => one.falseAlarms),
      },
      `${report} is stale: npm run bench:mutation -- --json --write`,
    ).toEqual(counts.parse(JSON.parse(readFileSync(report, 'utf8'))));

    const broken = globSync('broken/*.yaml', { cwd: join(import.meta.dirname, '../proof') })
      .filter((name) => !/\/(25|27)-/.test(name))
      .flatMap((name) => verifyChat(fileDocs(name)).map(({ code }) => code));
    // Not of manifests: test/proof/{verify,ignore}.test.ts and test/apiserver/cli/verify-live.test.ts find these.
    const elsewhere = ['CHECK_FAILED', 'IGNORE', 'LIVE_UNREAD'];
    const seen = new Set([...measured.flatMap(({ codes }) => [...codes]), ...broken, ...elsewhere]);
    expect(
      Object.keys(findingCodes).filter((code) => !seen.has(code)),
      'codes nothing is found by',
    ).toEqual([]);
  },
);
