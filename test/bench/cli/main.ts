import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { measureApply } from './apply.ts';
import { measureSynth } from './synth.ts';

/**
 * `npm run bench:cli`: our command line against Helm, side by side. `--json` prints the figures as JSON; the raw
 * samples go to docs/bench/cli.json. A peer that cannot be had is an error.
 */
const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    only: { type: 'string' },
    rounds: { type: 'string', default: '30' },
    'cluster-rounds': { type: 'string', default: '3' },
  },
});
const path = 'docs/bench/cli.json';

const synth = values.only === 'apply' ? undefined : await measureSynth(Number(values.rounds));
const apply = values.only === 'synth' ? undefined : await measureApply(Number(values['cluster-rounds']));
const figures = {
  ...(synth ? { synthVsHelmTemplate: synth.ratio, packageSynthVsHelmTemplate: synth.packageRatio } : {}),
  ...(apply ? { applyVsHelmWait: apply.ratio, helmSuccessBeforeChatMs: apply.helmSuccessBeforeChatMs } : {}),
};

if (synth && apply) keep();
console.log(
  values.json
    ? JSON.stringify(figures)
    : JSON.stringify({ ...figures, ...synth?.samples, ...apply?.samples }, null, 2),
);

/** What was measured, on what, so that anybody may judge it. */
function keep(): void {
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
  const machine = {
    cpu: cpus()[0]?.model,
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    load: loadavg(),
    node: process.version,
  };
  mkdirSync('docs/bench', { recursive: true });
  writeFileSync(
    path,
    `${JSON.stringify({ at: new Date().toISOString(), commit, machine, figures, milliseconds: { ...synth?.samples, ...apply?.samples } }, null, 2)}\n`,
  );
}
