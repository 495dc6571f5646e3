import { openCluster, type Cluster } from '../../../kube/cluster.ts';
import type { KubeObject } from '../../../kube/objects.ts';
import { applyObject, readObject } from '../../../kube/server-side-apply.ts';
import { chatStackIn } from '../../apiserver/operator/lab.ts';
import { until } from '../../servers/poll.ts';
import type { ApiServer } from '../../servers/kubernetes/api-server.ts';
import { round } from './figures.ts';
import { perNamespace, placeOf } from './place.ts';
import { cpuSecondsOf } from './process.ts';
import { requestsOf } from './requests.ts';

export interface StacksMade {
  readonly stacks: number;
  readonly stacksPerSecond: number;
  readonly requestsPerStack: number;
  /** The API server's and etcd's part of the processor time while the stacks were made. */
  readonly apiServerCpuShare: number;
}

/** A program that reconciles documents. */
export interface Reconciling {
  readonly pid: number;
}

/** The documents that a program reconciles. */
export interface Documents {
  readonly documentOf: (namespace: string, name: string) => KubeObject;
  /** Whether its program says that every object is applied. */
  readonly isApplied: (document: Live) => boolean;
}

interface Live extends KubeObject {
  readonly status?: { readonly observedGeneration?: number; readonly state?: string };
}

/** ChatStacks of the staging preset, each of 33 objects. */
export const chatStacks: Documents = {
  documentOf: (namespace, name) => chatStackIn(namespace, { preset: 'staging' }, name),
  isApplied: ({ metadata, status }) => status?.observedGeneration === metadata.generation,
};

const minutes = 60_000;

/** Writes so many documents, starts a program, and measures until it says of each that it is applied. */
export async function makeStacks<P extends Reconciling>(
  server: ApiServer,
  { stacks, documents }: { readonly stacks: number; readonly documents: Documents },
  start: () => Promise<P>,
): Promise<{ readonly program: P; readonly made: StacksMade }> {
  const cluster = openCluster({ kubeconfig: server.kubeconfigPath }, 'bench');
  try {
    await createDocuments(server, cluster, { stacks, documents });
    const [before, cpuBefore] = [await requestsOf(server), await apiServerCpu(server)];
    const program = await start();
    const [begun, polls] = [performance.now(), { count: 0 }];
    for (let index = 0; index < stacks; index++) {
      const isDone = () => isApplied(cluster, { index, documents, polls });
      await until(`stack ${index} to be applied`, isDone, 30 * minutes);
    }
    const seconds = (performance.now() - begun) / 1_000;
    const [after, cpu] = [await requestsOf(server), (await apiServerCpu(server)) - cpuBefore];
    const made = {
      stacks,
      stacksPerSecond: round(stacks / seconds),
      requestsPerStack: round((after.all - before.all - polls.count) / stacks),
      apiServerCpuShare: round(cpu / (cpu + (await cpuSecondsOf(program.pid)))),
    };
    return { program, made };
  } finally {
    cluster.api.close();
  }
}

async function createDocuments(
  server: ApiServer,
  cluster: Cluster,
  { stacks, documents }: { readonly stacks: number; readonly documents: Documents },
): Promise<void> {
  for (let index = 0; index < stacks; index++) {
    const { namespace, name } = placeOf(index);
    if (index % perNamespace === 0) await server.createNamespace(namespace);
    await applyObject(cluster, documents.documentOf(namespace, name));
  }
}

/** Asks for one document at a time: a list of all of them, again and again, would be a load of its own. */
async function isApplied(
  cluster: Cluster,
  { index, documents, polls }: { index: number; documents: Documents; polls: { count: number } },
): Promise<boolean> {
  const { namespace, name } = placeOf(index);
  polls.count++;
  const document = await readObject(cluster, documents.documentOf(namespace, name));
  return document !== undefined && documents.isApplied(document);
}

/** Processor time of the API server and its etcd so far, in seconds. */
export async function apiServerCpu({ pids }: ApiServer): Promise<number> {
  const times = await Promise.all(pids.map(cpuSecondsOf));
  return times.reduce((sum, one) => sum + one, 0);
}
