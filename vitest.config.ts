import { defineConfig } from 'vitest/config';
import { targetKind } from './test/in-cluster/target/which.ts';
import LongestFirst from './test/longest-first.ts';
import { longTests } from './test/long-tests.ts';

// As who has the launcher on the PATH: what commands print does not depend on how a test starts them.
process.env['MOORING_CALLED_AS'] ??= 'mooring';

/**
 * Tests that need no server. Their files share a process: they change no module's state, and to load the modules anew for
 * each takes as long as the tests. The limit is for a machine that is busy with something else.
 */
const serverless = (name: string, how: { include: readonly string[]; exclude?: readonly string[] }) => ({
  test: {
    ...{ name, include: [...how.include], exclude: [...(how.exclude ?? [])] },
    ...{ isolate: false, testTimeout: 60_000 },
  },
});
const slow = (name: string) => ({
  test: {
    name,
    include: [`test/${name}/**/*.test.ts`],
    testTimeout: 120_000,
    hookTimeout: 600_000,
  },
});

/**
 * A cluster takes root and minutes of building, so these run when they are asked for, by `npm run test:cluster`; and
 * after all others, two files at a time where each has a cluster of its own. Those that count seconds come last, with the
 * machine to themselves.
 */
const cluster = (
  name: string,
  how: { include: string; exclude?: string; workers: number; turn: number },
) => ({
  test: {
    ...slow('cluster').test,
    name,
    include: [`test/in-cluster/${how.include}`],
    exclude: how.exclude === undefined ? [] : [`test/in-cluster/${how.exclude}`],
    globalSetup: ['test/in-cluster/prepare.ts'],
    maxWorkers: how.workers,
    sequence: { groupOrder: how.turn },
  },
});
const onRequest =
  process.env['MOORING_TEST_CLUSTER'] === '1'
    ? [
        cluster('cluster', {
          include: '**/*.test.ts',
          exclude: 'alone/**',
          workers: targetKind() === 'lab' ? 2 : 1,
          turn: 1,
        }),
        cluster('cluster-alone', { include: 'alone/**/*.test.ts', workers: 1, turn: 2 }),
      ]
    : [];

/** Long tests that not every commit needs; `npm run nightly` asks for them. */
const nightly =
  process.env['MOORING_TEST_NIGHTLY'] === '1'
    ? [
        { test: { ...slow('apiserver').test, name: 'nightly', include: ['test/apiserver/**/*.nightly.ts'] } },
        cluster('nightly-cluster', { include: '**/*.nightly.ts', workers: 1, turn: 3 }),
      ]
    : [];

export default defineConfig({
  test: {
    // The slow ones mostly wait for servers, so a few more than there are cores finish sooner.
    maxWorkers: 3,
    reporters: ['default', './test/reporter.ts'],
    sequence: { sequencer: LongestFirst },
    projects: [
      serverless('unit', {
        include: ['test/**/*.test.ts'],
        exclude: ['test/{servers,e2e,faults,in-cluster,lab,apiserver,stores}/**', ...longTests],
      }),
      serverless('long', { include: longTests }),
      slow('stores'),
      { test: { ...slow('apiserver').test, globalSetup: ['test/apiserver/operator/shared.ts'] } },
      slow('e2e'),
      slow('faults'),
      ...onRequest,
      ...nightly,
    ],
  },
});
