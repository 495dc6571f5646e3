import { readFileSync } from 'node:fs';
import { format, resolveConfig } from 'prettier';
import { expect, test } from 'vitest';
import { deployReport, withDeployTable } from './deploy-report.ts';

const report = deployReport.parse(JSON.parse(readFileSync('docs/bench/deploy.json', 'utf8')));
const readme = readFileSync('README.md', 'utf8');
const latest = async (of: typeof report) =>
  format(withDeployTable(readme, of), { ...(await resolveConfig('README.md')), filepath: 'README.md' });

test("the README's table of times is that of docs/bench/deploy.json", async () => {
  expect(readme).toBe(await latest(report));
});

test('sabotage: another report makes the table stale', async () => {
  const [first, ...others] = report.samples;
  const slower = { ...report, samples: [{ ...first, applyToFirstAnswerMs: 999_000 }, ...others] };
  expect(readme).not.toBe(await latest(deployReport.parse(slower)));
});
