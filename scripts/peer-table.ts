import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { markdownTable } from '../model/describe.ts';

/** What `npm run nightly -- operator-vs-peers` measured. */
export const peersFile = 'docs/bench/nightly/operator-vs-peers.json';

const program = z.object({
  stacks: z.number(),
  requestsPerStack: z.number(),
  stacksPerSecond: z.number(),
  apiServerCpuShare: z.number(),
  healP50Ms: z.number(),
  healP99Ms: z.number(),
  rssMb: z.number(),
  healsIncident: z.boolean(),
});
type Measured = z.infer<typeof program>;
const measured = z.object({
  date: z.string(),
  seeds: z
    .array(z.object({ result: z.object({ mooring: program, controllerRuntime: program, kro: program }) }))
    .min(1),
});

const figures: Readonly<Record<string, (of: Measured) => number>> = {
  'requests a stack': (of) => of.requestsPerStack,
  'stacks a second': (of) => of.stacksPerSecond,
  "the API server's share of the processor time": (of) => of.apiServerCpuShare,
  'an edit taken back, p50, ms': (of) => of.healP50Ms,
  'the same, p99, ms': (of) => of.healP99Ms,
  'memory, MB': (of) => of.rssMb,
};

/** The operator beside its peers, as docs/reference/operator-peers.md has it: of each figure the median, and every run's. */
export function peerTable(): string {
  const { date, seeds } = measured.parse(JSON.parse(readFileSync(peersFile, 'utf8')));
  const runs = seeds.map(({ result }) => result);
  const [first] = runs;
  const columns = (['mooring', 'controllerRuntime', 'kro'] as const).map((name) =>
    runs.map((run) => run[name]),
  );
  const rows = Object.entries(figures).map(([figure, of]) => [
    figure,
    ...columns.map((each) => shown(each.map(of))),
  ]);
  const heals = columns.map((each) => (each.every(({ healsIncident }) => healsIncident) ? 'yes' : 'no'));
  return `${first?.mooring.stacks ?? 0} stacks each, of ${date}: the median of ${runs.length} runs, and each in brackets.\n\n${markdownTable(
    ['', 'Mooring', 'controller-runtime', 'kro 0.9'],
    [...rows, ["the incident's edit is taken back", ...heals]],
  )}`;
}

function shown(values: readonly number[]): string {
  const sorted = values.toSorted((a, b) => a - b);
  const [low = 0, high = 0] = [Math.ceil(sorted.length / 2) - 1, Math.floor(sorted.length / 2)].map(
    (at) => sorted[at],
  );
  const median = Math.round((low + high) * 50) / 100;
  return values.length > 1 ? `${median} (${values.join(', ')})` : String(median);
}
