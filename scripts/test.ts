import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { buildPage } from './build-page.ts';
import { kubernetesBinaries } from '../test/servers/kubernetes/programs.ts';
import { prepare } from '../test/servers/prepare.ts';
import { Unavailable } from '../test/servers/unavailable.ts';

/** `npm test`: prepares what the machine lacks, builds the page, then runs every test. */
const started = performance.now();
const say = (line: string): void => console.log(line);

const [{ missing }, kubernetes] = await Promise.all([prepare(say), prepareKubernetes(), buildPage()]);
for (const { what, reason } of [...missing, ...kubernetes]) say(`not to be had: ${what}: ${reason}`);
say(`prepared in ${((performance.now() - started) / 1_000).toFixed(0)} s`);

const vitest = spawn(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', ...process.argv.slice(2)], {
  stdio: 'inherit',
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
