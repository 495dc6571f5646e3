import { globSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { format, resolveConfig } from 'prettier';
import { fileDocs, presetDocs, presets } from '../proof/manifests.ts';
import { excuses } from '../proof/mutation/excused.ts';
import { measure, type Measure } from '../proof/mutation/measure.ts';
import { measureStructural } from '../proof/mutation/structural.ts';

/**
 * `npm run bench:mutation [-- --json] [--write]`: every mutant of every preset and of the hand-written manifests, put
 * to `verify`; and entries of the presets' manifests that are deleted, emptied, doubled, swapped or set to 0, -1 and
 * 65536, which end nothing: what no rule judges is counted by field. With `--write` the report, with every mutant that was not caught, becomes docs/bench/mutation.json.
 */
const reportFile = 'docs/bench/mutation.json';
const { values } = parseArgs({ options: { json: { type: 'boolean' }, write: { type: 'boolean' } } });

const root = join(import.meta.dirname, '../proof');
const charts = globSync('charts/*.yaml', { cwd: root }).sort();
const measured = new Map<string, Measure>([
  ...presets.map((preset): [string, Measure] => [preset, measure(presetDocs(preset))]),
  ['handwritten/assistant.yaml', measure(fileDocs('handwritten/assistant.yaml'))],
]);
/** Only looked at as they are: findings in them would be false alarms. */
const unmutated = [...charts, 'handwritten/shop.yaml'].map(
  (name) => measure(fileDocs(name), () => false).falseAlarms,
);

const sum = (of: (one: Measure) => number): number =>
  [...measured.values()].reduce((total, one) => total + of(one), 0);
const result = {
  mutants: sum((one) => one.mutants),
  caught: sum((one) => one.caught),
  equivalent: sum((one) => one.equivalent),
  excused: sum((one) => one.excused),
  falseAlarms: sum((one) => one.falseAlarms) + unmutated.reduce((total, one) => total + one, 0),
  structural: measureStructural(presets.map(presetDocs)),
};
const survivors = [...measured].flatMap(([name, one]) => one.survivors.map((text) => `${name}: ${text}`));

if (values.write) await write();
process.stdout.write(values.json ? `${JSON.stringify(result)}\n` : `${JSON.stringify(result, null, 2)}\n`);
for (const text of survivors) process.stderr.write(`survived: ${text}\n`);
if (survivors.length > 0 || result.falseAlarms > 0) process.exitCode = 1;

/** The raw results: by set of manifests, each mutant that was not caught, each excuse with its reason. */
async function write(): Promise<void> {
  const sets = Object.fromEntries(
    [...measured].map(([name, { codes, ...one }]) => [name, { ...one, codes: [...codes].sort() }]),
  );
  const report = {
    ...result,
    excuses: excuses.map(({ name, reason }) => ({ name, reason })),
    sets,
    unmutated: charts,
  };
  const options = { ...(await resolveConfig(reportFile)), filepath: reportFile };
  mkdirSync(dirname(reportFile), { recursive: true });
  writeFileSync(reportFile, await format(JSON.stringify(report), options));
}
