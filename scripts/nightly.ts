import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { arch, cpus, loadavg, totalmem } from 'node:os';
import { join } from 'node:path';
import { terminalCodes } from '../model/errors.ts';
import { choose } from '../test/nightly/choose.ts';
import { limitMinutes, type Part } from '../test/nightly/part.ts';
import { parts } from '../test/nightly/parts.ts';
import { runPart } from '../test/nightly/run-part.ts';
import { Unavailable } from '../test/servers/unavailable.ts';

/**
 * `npm run nightly -- PART…`: long tests that not every commit needs. Each part takes at most 40 minutes and resumes
 * where it stopped; its result is docs/bench/nightly/<part>.json, to be checked in. Without a part, lists them.
 */
const results = 'docs/bench/nightly';
/** EX_TEMPFAIL: the same command resumes the part. */
const again = 75;
/** EX_UNAVAILABLE: this machine lacks what the part needs. */
const unavailable = 69;

const names = process.argv.slice(2);
const answer = choose(names, parts);
if ('problem' in answer) {
  console.error(answer.problem);
  process.exitCode = terminalCodes.USAGE.exit;
} else if (names.length === 0) list();
else
  try {
    for (const [name, part] of answer.chosen) await runOne(name, part);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = error instanceof Unavailable ? unavailable : 1;
  }

function list(): void {
  console.log('npm run nightly -- PART…\n');
  for (const [name, { what, seeds }] of Object.entries(parts))
    console.log(`${name.padEnd(16)} ${what}; ${seeds} seeds; ${lastRun(name)}`);
}

function lastRun(name: string): string {
  const path = join(results, `${name}.json`);
  if (!existsSync(path)) return 'never run';
  const { date, sources, seconds } = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
  return `last on ${String(date)}, of ${String(sources)}, in ${String(seconds)} s`;
}

async function runOne(name: string, part: Part): Promise<void> {
  console.log(`${name}: ${part.what}`);
  const resultFile = join(results, `${name}.json`);
  const outcome = await runPart({
    ...{ name, part, resultFile, sources: sources() },
    stateFile: join('build/nightly', `${name}.json`),
    machine: {
      ...{ cpu: cpus()[0]?.model, cores: cpus().length, arch: arch(), node: process.version },
      ...{ memoryGiB: Math.round(totalmem() / 2 ** 30), load: loadavg() },
    },
    say: (line) => console.log(line),
  });
  if (outcome === 'finished') return console.log(`Wrote ${resultFile}; check it in.`);
  console.error(`${name} has had its ${limitMinutes} minutes; npm run nightly -- ${name} goes on with it.`);
  process.exitCode = again;
}

/** The commit, and a digest of uncommitted changes, results excepted. */
function sources(): string {
  const git = (...args: string[]): string => execFileSync('git', args, { encoding: 'utf8' }).trim();
  const changed = git('diff', 'HEAD', '--', '.', ':!docs/bench');
  const digest = createHash('sha256').update(changed).digest('hex').slice(0, 7);
  return `${git('rev-parse', '--short', 'HEAD')}${changed === '' ? '' : ` with the changes ${digest}`}`;
}
