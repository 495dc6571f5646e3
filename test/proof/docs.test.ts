import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { findingCodes } from '../../proof/codes.ts';

const page = readFileSync('docs/verify.md', 'utf8');

test('docs/verify.md explains every finding, in the words of the code', () => {
  expect(page).toContain('(reference/findings.md)');
  const table = readFileSync('docs/reference/findings.md', 'utf8');
  const rows = [
    ...table.matchAll(/^\| \[?`([A-Z_]+)`(?:\]\(\S+\/\1\.yaml\))? +\| (\w+) +\| (.*?) +\| (.*?) +\|$/gm),
  ].map(([, code = '', severity, meaning, evidence]): [string, object] => [
    code,
    { severity, meaning, evidence },
  ]);
  // Each once: a code in two groups, or in none, is not the table of the codes.
  expect(rows.sort(([one], [other]) => one.localeCompare(other))).toEqual(
    Object.entries(findingCodes)
      .map(([code, { severity, meaning, evidence }]): [string, object] => [
        code,
        { severity, meaning, evidence },
      ])
      .sort(([one], [other]) => one.localeCompare(other)),
  );
});

test('docs/verify.md says what docs/bench/mutation.json measured', () => {
  const count = z.int().min(0);
  const { mutants, caught, equivalent, excused, falseAlarms } = z
    .looseObject({ mutants: count, caught: count, equivalent: count, excused: count, falseAlarms: count })
    .parse(JSON.parse(readFileSync('docs/bench/mutation.json', 'utf8')));
  const [, row = ''] = /^\| *Mutants.*\n\|[-| ]*\n\|(.*)\|$/m.exec(page) ?? [];
  expect(row.split('|').map((cell) => Number(cell.replaceAll(',', '')))).toEqual([
    mutants,
    caught,
    equivalent,
    excused,
    falseAlarms,
  ]);
  expect(caught + equivalent + excused).toBe(mutants);
  expect(excused).toBeLessThan(mutants * 0.05);
});

test('docs/verify.md says what docs/bench/nightly/verify-vs-peers.json measured of other verifiers', () => {
  const counts = z.record(z.string(), z.int());
  const { seeds } = z
    .object({
      seeds: z.tuple([
        z.object({
          result: z.object({
            cases: z.record(z.string(), z.unknown()),
            valid: z.int(),
            found: counts,
            silent: counts,
          }),
        }),
      ]),
    })
    .parse(JSON.parse(readFileSync('docs/bench/nightly/verify-vs-peers.json', 'utf8')));
  const [{ result }] = seeds;
  expect(page).toMatch(
    new RegExp(`found, of ${Object.keys(result.cases).length} \\| .* manifests, of ${result.valid} \\|`),
  );
  for (const [name, found] of Object.entries(result.found))
    expect(page).toMatch(
      new RegExp(`^\\| ${name} +\\| ${found} +\\| ${result.silent[name] ?? 0} +\\|$`, 'm'),
    );
});
