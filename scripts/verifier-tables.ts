import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { markdownTable } from '../model/describe.ts';

/** What `npm run nightly -- verify-vs-peers` measured. */
export const verifiersFile = 'docs/bench/nightly/verify-vs-peers.json';

const counts = z.record(z.string(), z.int());
const measured = z.object({
  seeds: z.tuple([
    z.object({
      result: z.object({
        versions: z.record(z.string(), z.string()),
        cases: z.record(z.string(), z.array(z.string())),
        found: counts,
        valid: z.int(),
        silent: counts,
        alarms: z.record(z.string(), counts),
      }),
    }),
  ]),
});

/** Who finds which of the cases, as docs/reference/verifiers.md has it. */
export function verifierTables(): string {
  const [{ result }] = measured.parse(JSON.parse(readFileSync(verifiersFile, 'utf8'))).seeds;
  const names = Object.keys(result.versions);
  const sum = names.map((name) => [
    `${name} ${result.versions[name] ?? ''}`,
    `${result.found[name] ?? 0} of ${Object.keys(result.cases).length}`,
    `${result.silent[name] ?? 0} of ${result.valid}`,
  ]);
  const cases = Object.entries(result.cases).map(([name, finders]) => [
    `[${name}](../../test/proof/broken/${name}.yaml)`,
    ...names.map((one) => (finders.includes(one) ? 'yes' : '')),
  ]);
  const alarms = Object.entries(result.alarms).flatMap(([name, checks]) =>
    Object.entries(checks).map(([check, files]) => [name, check, String(files)]),
  );
  return [
    markdownTable(['Verifier', 'Cases found', 'Silent on correct manifests'], sum),
    `## Cases\n\n${markdownTable(['Case', ...names], cases)}`,
    `## What is said of correct manifests\n\n${markdownTable(['Verifier', 'Check', 'Files'], alarms)}`,
  ].join('\n');
}
