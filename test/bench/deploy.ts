import { readFile, writeFile } from 'node:fs/promises';
import { arch, cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { format, resolveConfig } from 'prettier';
import { startCluster } from '../lab/cluster.ts';
import { prepareCluster } from '../lab/prepare-cluster.ts';
import { deployStack } from '../in-cluster/stack/stack.ts';
import { buildImages, type Images } from '../images/build-images.ts';
import { Unavailable } from '../servers/unavailable.ts';
import { deployTable, median, withDeployTable, type DeployReport, type Sample } from './deploy-report.ts';

/**
 * `npm run bench:deploy [-- --json] [--runs N] [--write]`: the time from `kubectl apply` to the first answered chat, in
 * new clusters one after the other. With `--write` the report becomes docs/bench/deploy.json and the README's table.
 */
const reportFile = 'docs/bench/deploy.json';
const { values } = parseArgs({
  options: { json: { type: 'boolean' }, runs: { type: 'string', default: '3' }, write: { type: 'boolean' } },
});
/** Standard output is for the report alone. */
const say = (line: string): void => void process.stderr.write(`${line}\n`);

try {
  await bench(Number(values.runs));
} catch (error) {
  if (!(error instanceof Unavailable)) throw error;
  say(error.message);
  process.exitCode = 69;
}

async function bench(runs: number): Promise<void> {
  if (!Number.isInteger(runs) || runs < 1)
    throw new RangeError(`--runs is "${values.runs}"; expected a whole number from 1.`);
  await prepareCluster(say);
  const images = await buildImages(say);
  const samples: Sample[] = [];
  while (samples.length < runs) {
    samples.push(await measure(images));
    say(`${samples.length} of ${runs}: ${JSON.stringify(samples.at(-1))}`);
  }
  const report = reportOf(samples, images);
  if (values.write) await write(report);
  console.log(values.json ? JSON.stringify(report) : deployTable(report));
}

/** Brings up one cluster and one stack in it; nothing of it is left. */
async function measure(images: Images): Promise<Sample> {
  const begun = performance.now();
  const cluster = await startCluster();
  const clusterUpMs = Math.round(performance.now() - begun);
  try {
    const { app, redis, neo4j, qdrant } = images;
    for (const { tarPath } of [app, redis, neo4j, qdrant]) await cluster.importImage(tarPath);
    const { timings } = await deployStack({ cluster, images }, { name: 'demo', namespace: 'chat' });
    return {
      clusterUpMs,
      appliedMs: timings.applied,
      servicesReadyMs: timings.servicesReady,
      chatReadyMs: timings.firstReady,
      applyToFirstAnswerMs: timings.firstAnswerMs,
    };
  } finally {
    await cluster.stop();
  }
}

function reportOf(samples: Sample[], { appBytes, baseBytes }: Images): DeployReport {
  const of = (value: (sample: Sample) => number) => median(samples.map(value));
  const services = Object.keys(samples[0]?.servicesReadyMs ?? {});
  const megabytes = (bytes: number) => Math.round(bytes / 1e5) / 10;
  return {
    applyToFirstAnswerMs: of((sample) => sample.applyToFirstAnswerMs),
    clusterUpMs: of((sample) => sample.clusterUpMs),
    appImageMb: megabytes(appBytes),
    baseImageMb: megabytes(baseBytes),
    split: {
      appliedMs: of((sample) => sample.appliedMs),
      servicesReadyMs: Object.fromEntries(
        services.map((name) => [name, of((sample) => sample.servicesReadyMs[name] ?? Number.NaN)]),
      ),
      chatReadyMs: of((sample) => sample.chatReadyMs),
    },
    machine: `${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, ${arch()}, Kubernetes in namespaces of it`,
    date: new Date().toISOString().slice(0, 10),
    samples,
  };
}

async function write(report: DeployReport): Promise<void> {
  const formatted = async (path: string, text: string) =>
    writeFile(path, await format(text, { ...(await resolveConfig(path)), filepath: path }));
  await formatted(reportFile, JSON.stringify(report));
  await formatted('README.md', withDeployTable(await readFile('README.md', 'utf8'), report));
}
