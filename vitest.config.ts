import { defineConfig } from 'vitest/config';

/** Unit tests answer in seconds; every other project starts real servers, so its files may take their time. */
const project = (name: string, include: string[], exclude: string[] = []) => ({
  // Milliseconds each; the limit is for a machine that is busy with something else.
  test: { name, include, exclude, testTimeout: 30_000 },
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
 * after all others, one file at a time: each keeps every core busy by itself.
 */
const cluster = {
  test: {
    ...slow('cluster').test,
    globalSetup: ['test/cluster/prepare.ts'],
    fileParallelism: false,
    sequence: { groupOrder: 1 },
  },
};
const onRequest = process.env['MOORING_TEST_CLUSTER'] === '1' ? [cluster] : [];

export default defineConfig({
  test: {
    // The slow ones mostly wait for servers, so a few more than there are cores finish sooner.
    maxWorkers: 3,
    reporters: ['default', './test/reporter.ts'],
    projects: [
      project('unit', ['test/**/*.test.ts'], ['test/{servers,e2e,faults,cluster,apiserver,stores}/**']),
      slow('stores'),
      slow('apiserver'),
      slow('e2e'),
      slow('faults'),
      ...onRequest,
    ],
  },
});
