import { chatKind } from '../../../contract/chat-kind.ts';
import { findDocument } from '../../../charts-ts/read-document.ts';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { stringify } from 'yaml';
import { keptSecrets, secretsPath } from '../../../charts-ts/secrets.ts';
import { manifestsOf } from '../../../charts-ts/synth.ts';
import { openCluster } from '../../../kube/cluster.ts';
import { fieldManager } from '../../../model/names.ts';
import { awaitCheck } from '../../../cli/waiting/check.ts';
import { checkOf } from '../../../cli/apply/check.ts';
import { startCluster, type Cluster } from '../../lab/cluster.ts';
import { removeNamespaces } from '../../lab/remove-namespaces.ts';
import { buildImages } from '../../images/build-images.ts';
import { standInStack } from '../../images/stand-in-stack.ts';
import { run } from '../../servers/command.ts';
import { builtProgram } from '../../servers/kubernetes/programs.ts';
import { helmChart } from './helm-chart.ts';
import { median, rounded, timed, type Samples } from './samples.ts';

export interface ApplyMeasure {
  /** Median of `mooring apply` over the median of Helm's until its first answered chat turn. */
  readonly ratio: number;
  /** How long before the first answered chat turn Helm said success, median, in milliseconds. */
  readonly helmSuccessBeforeChatMs: number;
  readonly samples: Readonly<Record<'mooringApply' | 'helmWait' | 'helmUntilChat', Samples>>;
}

const launcher = resolve(import.meta.dirname, '../../../cli/mooring');

/**
 * In turns, on one cluster whose node has the images, each time into a namespace of its own that is gone before the
 * next: from the command to a chat turn that the in-cluster Service's pod answered.
 */
export async function measureApply(rounds: number): Promise<ApplyMeasure> {
  const images = await buildImages();
  const helm = await builtProgram('helm');
  const cluster = await startCluster();
  const folder = await mkdtemp(join(tmpdir(), 'mooring-bench-'));
  try {
    for (const image of [images.app, images.redis, images.neo4j, images.qdrant])
      await cluster.importImage(image.tarPath);
    const samples = { mooringApply: [] as number[], helmWait: [] as number[], helmUntilChat: [] as number[] };
    const turns = [
      async (round: number): Promise<void> => {
        const stack = await withDocument(folder, `mooring-${round}`, standInStack(images));
        samples.mooringApply.push(rounded(await mooringApply(cluster, stack)));
        await removeNamespaces(cluster, stack.namespace);
      },
      async (round: number): Promise<void> => {
        const stack = await withDocument(folder, `helm-${round}`, standInStack(images));
        const { wait, untilChat } = await helmInstall(cluster, helm, stack);
        samples.helmWait.push(rounded(wait));
        samples.helmUntilChat.push(rounded(untilChat));
        await removeNamespaces(cluster, stack.namespace);
      },
    ];
    // Whoever comes first on a new cluster pays for what it unpacks, so each is first in every other round.
    for (let round = 0; round < rounds; round += 1)
      for (const turn of round % 2 === 0 ? turns : turns.toReversed()) await turn(round);
    const before = samples.helmUntilChat.map((chat, at) => chat - (samples.helmWait[at] ?? chat));
    return {
      ratio: rounded(median(samples.mooringApply) / median(samples.helmUntilChat)),
      helmSuccessBeforeChatMs: rounded(median(before), 0),
      samples,
    };
  } finally {
    await cluster.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

interface Stack {
  readonly path: string;
  readonly namespace: string;
  readonly folder: string;
}

async function withDocument(folder: string, namespace: string, document: object): Promise<Stack> {
  const path = join(folder, `${namespace}.yaml`);
  const { spec } = document as { spec: Record<string, object> };
  const backend = { ...spec['backend'], nodePort: { enabled: false } };
  await writeFile(
    path,
    stringify({ ...document, metadata: { name: 'demo', namespace }, spec: { ...spec, backend } }),
  );
  return { path, namespace, folder };
}

const environment = (cluster: Cluster): Record<string, string> => ({
  KUBECONFIG: cluster.kubeconfigPath,
  MOORING_STACK: '',
});

function mooringApply(cluster: Cluster, { path, folder }: Stack): Promise<number> {
  const options = { cwd: folder, env: environment(cluster) };
  return timed(() => run(launcher, ['apply', '-f', path, '--yes'], options));
}

/** Helm makes the namespace itself; everything else of the stack is in its chart. */
async function helmInstall(
  cluster: Cluster,
  helm: string,
  { path, namespace, folder }: Stack,
): Promise<{ wait: number; untilChat: number }> {
  const secrets = join(folder, '.mooring/secrets');
  const { stack, files } = manifestsOf(findDocument([chatKind], path), (one) =>
    keptSecrets(one, secretsPath(one, secrets)),
  );
  const chart = await helmChart(new Map([...files].filter(([name]) => !name.includes('namespace'))));
  const target = openCluster({ kubeconfig: cluster.kubeconfigPath }, fieldManager);
  const args = ['upgrade', '--install', '--wait', '--timeout', '10m', 'demo', chart.folder];
  try {
    const began = performance.now();
    await run(helm, [...args, '--namespace', namespace, '--create-namespace'], { env: environment(cluster) });
    const wait = performance.now() - began;
    const check = checkOf(findDocument([chatKind], path), undefined);
    await awaitCheck(target, stack, { check: check === 'default' ? undefined : check });
    return { wait, untilChat: performance.now() - began };
  } finally {
    target.api.close();
    await chart.remove();
  }
}
