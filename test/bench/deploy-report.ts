import { z } from 'zod';

const ms = z.int().nonnegative();

/** One cluster, from nothing to the first answered message; milliseconds. */
const sample = z.strictObject({
  /** From nothing to a node and a DNS that are ready. */
  clusterUpMs: ms,
  /** All below: since `kubectl apply` was begun. */
  appliedMs: ms,
  servicesReadyMs: z.record(z.string(), ms),
  chatReadyMs: ms,
  applyToFirstAnswerMs: ms,
});
export type Sample = z.infer<typeof sample>;

/** What `npm run bench:deploy -- --json` prints; figures are medians of the samples. */
export const deployReport = z.strictObject({
  applyToFirstAnswerMs: ms,
  clusterUpMs: ms,
  /** Uncompressed, in 10^6 bytes. */
  appImageMb: z.number(),
  baseImageMb: z.number(),
  /** What the first answer waited for. */
  split: sample.pick({ appliedMs: true, servicesReadyMs: true, chatReadyMs: true }),
  machine: z.string(),
  date: z.iso.date(),
  samples: z.array(sample).min(1),
});
export type DeployReport = z.infer<typeof deployReport>;

export const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

/** The table of the README: what the first answer waited for. */
export function deployTable({ samples, appImageMb, baseImageMb, machine, date }: DeployReport): string {
  const services = Object.keys(samples[0]?.servicesReadyMs ?? {});
  const moments: [what: string, moment: (sample: Sample) => number][] = [
    ['`kubectl apply` has ended', ({ appliedMs }) => appliedMs],
    ...services.map((name): [string, (sample: Sample) => number] => [
      `the pod of ${name} is ready`,
      ({ servicesReadyMs }) => servicesReadyMs[name] ?? Number.NaN,
    ]),
    ['the chat says that it is ready', ({ chatReadyMs }) => chatReadyMs],
    ['**the first message is answered**', ({ applyToFirstAnswerMs }) => applyToFirstAnswerMs],
  ];
  const rows = moments
    .map(([what, moment]) => ({ what, values: samples.map(moment) }))
    .sort((a, b) => median(a.values) - median(b.values))
    .map(({ what, values }) => {
      const range = `${seconds(Math.min(...values))} to ${seconds(Math.max(...values))}`;
      return `| ${what} | ${seconds(median(values))} | ${range} |`;
    });
  const difference = (appImageMb - baseImageMb).toFixed(1);
  return [
    "The stores ran from stand-ins, not from their official images: Debian's Redis, Neo4j Community's own jars, and Qdrant's " +
      'engine behind a part of its REST API.',
    '',
    '| From `kubectl apply -f dist/` until | median | range |',
    '| --- | --- | --- |',
    ...rows,
    '',
    `${samples.length} clusters, one after the other, each new and with the images on its node; ${machine}; ${date}. A cluster itself is up in ` +
      `${seconds(median(samples.map(({ clusterUpMs }) => clusterUpMs)))}. The app's image is ${difference} MB larger ` +
      `than its base (${baseImageMb.toFixed(0)} MB). Every sample: [docs/bench/deploy.json](docs/bench/deploy.json), ` +
      'by `npm run bench:deploy`.',
  ].join('\n');
}

const seconds = (value: number): string => `${(value / 1_000).toFixed(1)} s`;

const [begin, end] = ['<!-- bench:deploy -->', '<!-- /bench:deploy -->'];

/** The README with the table of this report where its marks are. @throws where it has no marks. */
export function withDeployTable(readme: string, report: DeployReport): string {
  const [from, to] = [readme.indexOf(begin), readme.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`README.md lacks the marks ${begin} and ${end}.`);
  return `${readme.slice(0, from)}${begin}\n\n${deployTable(report)}\n\n${readme.slice(to)}`;
}
