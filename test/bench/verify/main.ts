import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { format, resolveConfig } from 'prettier';
import type { Severity } from '../../../proof/codes.ts';
import { verifyChat } from '../../proof/known.ts';
import { corpusFiles, fileDocs, presetDocs, presets } from '../../proof/manifests.ts';
import { measureStructural } from '../../proof/mutation/structural.ts';
import { textOf } from '../../proof/small-manifests.ts';
import { wideObjects } from '../../proof/wide-objects.ts';
import { casesIn, ownCases, scoreOf } from './cases.ts';
import { manyManifests, millisecondsOf } from './many.ts';

/**
 * `npm run bench:verify [-- --json] [--write] [--cases DIR]`: how many faults verify finds, what it says of correct
 * manifests, which structural mutants of ours it sees, and how long it takes. With `--write` the raw results become
 * docs/bench/verify.json. The cases are the project's own, or those of a folder as `casesIn` reads it.
 */
const reportFile = 'docs/bench/verify.json';
const { values } = parseArgs({
  options: { json: { type: 'boolean' }, write: { type: 'boolean' }, cases: { type: 'string' } },
});

/** In one list or map of manifests that are wide. */
const mostEntries = 10_000;

/** Of the structural mutants; `npm run bench:mutation` takes all of them. */
const everySo = 10;

const score = scoreOf(values.cases === undefined ? ownCases() : casesIn(values.cases));
const result = {
  ...score,
  corpus: corpusResult(),
  structural: measureStructural(presets.map(presetDocs), (index) => index % everySo === 0),
  ...speed(),
};

if (values.write) await write();
process.stdout.write(values.json ? `${JSON.stringify(result)}\n` : `${JSON.stringify(result, null, 2)}\n`);
if (score.alarms.length > 0 || result.corpus.errors + result.corpus.warnings > 0) process.exitCode = 1;

function corpusResult(): Record<'sets' | 'objects' | 'errors' | 'warnings' | 'unknowns', number> {
  const sets = corpusFiles.map((file) => fileDocs(file));
  const findings = sets.flatMap((docs) => verifyChat(docs));
  const count = (wanted: Severity): number => findings.filter(({ severity }) => severity === wanted).length;
  return {
    sets: sets.length,
    objects: sets.flat().length,
    errors: count('error'),
    warnings: count('warning'),
    unknowns: count('unknown'),
  };
}

/** Of reading and judging alone; a command takes some tenths of a second more to start. */
function speed(): {
  readonly msPer1000Objects: number;
  readonly milliseconds: Record<string, number>;
  readonly wide: Record<string, number>;
} {
  const taken = [1_000, 3_000, 6_000].map((objects): [number, number] => [
    objects,
    millisecondsOf(manyManifests(objects), 3),
  ]);
  const [, last] = taken;
  return {
    msPer1000Objects: Math.round((last?.[1] ?? 0) / 3),
    milliseconds: Object.fromEntries(taken.map(([objects, ms]) => [objects, Math.round(ms)])),
    wide: Object.fromEntries(
      Object.entries(wideObjects).map(([name, of]) => [
        `${mostEntries} ${name}`,
        Math.round(millisecondsOf(textOf(...of(mostEntries)), 3)),
      ]),
    ),
  };
}

async function write(): Promise<void> {
  const options = { ...(await resolveConfig(reportFile)), filepath: reportFile };
  mkdirSync(dirname(reportFile), { recursive: true });
  writeFileSync(reportFile, await format(JSON.stringify(result), options));
}
