import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../servers/command.ts';

/** Of the report that vitest writes as JSON. */
interface Report {
  readonly numPassedTests: number;
  readonly numTotalTests: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly startTime: number;
    readonly endTime: number;
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}

/** Runs every test of a project of vitest.config.ts. Rejects unless each of them has passed. */
export async function runTests(project: string): Promise<object> {
  const folder = await mkdtemp(join(tmpdir(), 'mooring-nightly-'));
  try {
    const outputFile = join(folder, 'report.json');
    const vitest = ['node_modules/vitest/vitest.mjs', 'run', '--project', project];
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${outputFile}`];
    await run(process.execPath, [...vitest, ...reporters], { env: { MOORING_TEST_NIGHTLY: '1' } });
    return summaryOf(JSON.parse(await readFile(outputFile, 'utf8')) as Report);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function summaryOf({ numPassedTests, numTotalTests, testResults }: Report): object {
  const others = testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .filter(({ status }) => status !== 'passed');
  if (others.length > 0 || numTotalTests === 0)
    throw new Error(
      `Not passed: ${others.map(({ fullName }) => fullName).join('; ') || 'there is no test'}.`,
    );
  const seconds = testResults.map(({ name, startTime, endTime }) => [
    name.slice(process.cwd().length + 1),
    Math.round((endTime - startTime) / 1_000),
  ]);
  return { passed: numPassedTests, seconds: Object.fromEntries(seconds) as object };
}
