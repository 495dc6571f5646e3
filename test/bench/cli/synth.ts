import { chatKind } from '../../../contract/chat-kind.ts';
import { findDocument } from '../../../charts-ts/read-document.ts';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { keptSecrets, secretsPath } from '../../../charts-ts/secrets.ts';
import { manifestsOf } from '../../../charts-ts/synth.ts';
import { buildPackage, packageFolder } from '../../../scripts/package/build.ts';
import { manifest } from '../../../scripts/package/manifest.ts';
import { builtProgram } from '../../servers/kubernetes/programs.ts';
import { helmChart, sameObjects } from './helm-chart.ts';
import { median, rounded, type Samples } from './samples.ts';

export interface SynthMeasure {
  /** Median of `mooring synth` over the median of `helm template`. */
  readonly ratio: number;
  /** The same of the package, which has no snapshot. */
  readonly packageRatio: number;
  readonly samples: Readonly<
    Record<'mooringSynth' | 'mooringSynthStdout' | 'packageSynth' | 'helmTemplate' | 'node', Samples>
  >;
}

const launcher = resolve(import.meta.dirname, '../../../cli/mooring');
const snapshot = resolve(import.meta.dirname, '../../../build/cli/synth.blob');
const packaged = resolve(packageFolder, manifest.bin['mooring'] ?? '');
const warmUps = 3;

/**
 * Whole processes, cold, one after the other in turns, so that whatever else this machine does meets all of them. Node
 * with nothing to do is measured beside them: it is the least that any program of ours takes.
 */
export async function measureSynth(rounds: number): Promise<SynthMeasure> {
  if (!existsSync(snapshot))
    throw new Error('There is no build/cli/synth.blob; run "npm run prepare" first.');
  const helm = await builtProgram('helm');
  await buildPackage();
  const folder = await mkdtemp(join(tmpdir(), 'mooring-bench-'));
  const { files } = manifestsOf(findDocument([chatKind], ''), (stack) =>
    keptSecrets(stack, secretsPath(stack, join(folder, '.mooring/secrets'))),
  );
  const chart = await helmChart(files);
  const commands = {
    mooringSynth: [launcher, 'synth'],
    mooringSynthStdout: [launcher, 'synth', '--stdout'],
    packageSynth: [process.execPath, packaged, 'synth'],
    helmTemplate: [helm, 'template', 'demo', chart.folder],
    node: [process.execPath, '-e', '0'],
  } as const;
  try {
    const output = (command: readonly string[]): string => run(command, folder, 'pipe').stdout;
    if (!sameObjects(output(commands.mooringSynthStdout), output(commands.helmTemplate)))
      throw new Error(
        'mooring synth and helm template did not give the same objects; there is nothing to compare.',
      );
    const names = Object.keys(commands) as (keyof typeof commands)[];
    const samples = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<
      keyof typeof commands,
      number[]
    >;
    for (let round = -warmUps; round < rounds; round += 1)
      for (const name of names) {
        const { took } = run(commands[name], folder, 'ignore');
        if (round >= 0) samples[name].push(rounded(took));
      }
    const toHelm = (ours: readonly number[]): number => rounded(median(ours) / median(samples.helmTemplate));
    return { ratio: toHelm(samples.mooringSynth), packageRatio: toHelm(samples.packageSynth), samples };
  } finally {
    await chart.remove();
    await rm(folder, { recursive: true, force: true });
  }
}

function run(
  [command = '', ...args]: readonly string[],
  cwd: string,
  output: 'pipe' | 'ignore',
): { took: number; stdout: string } {
  const env = { ...process.env, MOORING_STACK: '' };
  const began = performance.now();
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd,
    env,
    encoding: 'utf8',
    stdio: ['ignore', output, output],
  });
  const took = performance.now() - began;
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed: ${error?.message ?? stderr}`);
  return { took, stdout: output === 'pipe' ? stdout : '' };
}
