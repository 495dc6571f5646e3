import { defineConfig } from 'vitest/config';

/** Unit tests answer in seconds; every other project starts real servers, so its files may take their time. */
const project = (name: string, include: string[], exclude: string[] = []) => ({
  // Milliseconds each; the limit is for a machine that is busy with something else.
  test: { name, include, exclude, testTimeout: 30_000 },
});
const slow = (name: string, globalSetup: string[] = []) => ({
  test: {
    name,
    include: [`test/${name}/**/*.test.ts`],
    testTimeout: 120_000,
    hookTimeout: 600_000,
    globalSetup,
  },
});

/** A cluster takes root and minutes of building: these run when they are asked for, by `npm run test:cluster`. */
const onRequest =
  process.env['MOORING_TEST_CLUSTER'] === '1' ? [slow('cluster', ['test/cluster/prepare.ts'])] : [];

export default defineConfig({
  test: {
    // The slow ones mostly wait for servers, so a few more than there are cores finish sooner.
    maxWorkers: 3,
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
