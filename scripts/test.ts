import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { buildPage } from './build-page.ts';
import { phasesVariable, withPhase } from './phases.ts';
import prepareClusterTests from '../test/in-cluster/prepare.ts';
import { kubernetesBinaries } from '../test/servers/kubernetes/programs.ts';
import { prepare } from '../test/servers/prepare.ts';
import { Unavailable } from '../test/servers/unavailable.ts';

/**
 * `npm test`: prepares in parallel what the machine lacks, builds the page, then runs every test; with
 * MOORING_TEST_CLUSTER=1 also those in a cluster.
 */
const started = performance.now();
const say = (line: string): void => console.log(line);

const [{ missing }, kubernetes] = await Promise.all([
  prepare(say),
  prepareKubernetes(),
  buildPage(),
  process.env.MOORING_TEST_CLUSTER === '1' ? prepareClusterTests() : undefined,
]);
for (const { what, reason } of [...missing, ...kubernetes]) say(`not to be had: ${what}: ${reason}`);
const prepared = (performance.now() - started) / 1_000;

const vitest = spawn(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', ...process.argv.slice(2)], {
  stdio: 'inherit',
  env: {
    ...process.env,
    [phasesVariable]: withPhase(process.env[phasesVariable], ['prepare', prepared]),
  },
});
const [code] = (await once(vitest, 'exit')) as [number | null];
process.exitCode = code ?? 1;

async function prepareKubernetes(): Promise<{ what: string; reason: string }[]> {
  try {
    await kubernetesBinaries();
    return [];
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    return [{ what: error.what, reason: error.reason }];
  }
}
