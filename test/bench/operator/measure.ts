import { openCluster, type Cluster } from '../../../kube/cluster.ts';
import type { KubeObject } from '../../../kube/objects.ts';
import { applyObject } from '../../../kube/server-side-apply.ts';
import { chatKind } from '../../../contract/chat-kind.ts';
import { chatStackIn, startWithChatStacks } from '../../apiserver/operator/lab.ts';
import { until } from '../../servers/poll.ts';
import type { ApiServer } from '../../servers/kubernetes/api-server.ts';
import { healTimes } from './heal.ts';
import { perNamespace, placeOf } from './place.ts';
import type { OperatorProcess } from '../../apiserver/operator/operator-process.ts';
import { cpuSecondsOf, rssOf, startReady } from './process.ts';
import { requestsOf } from './requests.ts';

export interface OperatorMeasured {
  readonly stacks: number;
  readonly stacksPerSecond: number;
  readonly requestsPerStack: number;
  /** The API server's and etcd's part of the processor time while the stacks were made. */
  readonly apiServerCpuShare: number;
  readonly rssMb: number;
  readonly noopWrites: number;
  readonly healP50Ms: number;
  readonly healP99Ms: number;
  readonly takeoverMs: number;
}

const minutes = 60_000;

/** Measures an operator with so many stacks of the staging preset; each has 33 objects. */
export async function measureOperator(
  { stacks, edits }: { readonly stacks: number; readonly edits: number },
  say: (line: string) => void,
): Promise<OperatorMeasured> {
  const server = await startWithChatStacks();
  const cluster = openCluster({ kubeconfig: server.kubeconfigPath }, 'bench');
  let operator: OperatorProcess | undefined;
  try {
    await createDocuments(server, cluster, stacks);
    say(`${stacks} documents are there.`);
    const [before, cpuBefore] = [await requestsOf(server), await apiServerCpu(server)];
    operator = await startReady(server.kubeconfigPath, 'first');
    const [begun, polls] = [performance.now(), { count: 0 }];
    await until('every stack to be applied', () => areApplied(cluster, polls), 30 * minutes);
    const seconds = (performance.now() - begun) / 1_000;
    const [made, cpu] = [await requestsOf(server), (await apiServerCpu(server)) - cpuBefore];
    const share = cpu / (cpu + (await cpuSecondsOf(operator.pid)));
    say(`Applied in ${seconds.toFixed(1)} s.`);
    const heals = await healTimes(cluster, { edits, stacks });
    const rssMb = await rssOf(operator.pid);
    const { takeoverMs, next, noopWrites } = await takeOver(server, operator);
    operator = next;
    return {
      stacks,
      stacksPerSecond: round(stacks / seconds),
      requestsPerStack: round((made.all - before.all - polls.count) / stacks),
      apiServerCpuShare: round(share),
      rssMb,
      noopWrites,
      healP50Ms: percentile(heals, 0.5),
      healP99Ms: percentile(heals, 0.99),
      takeoverMs,
    };
  } finally {
    await operator?.kill();
    cluster.api.close();
    await server.stop();
  }
}

const round = (value: number): number => Math.round(value * 100) / 100;

const percentile = (values: readonly number[], part: number): number =>
  Math.round([...values].sort((a, b) => a - b)[Math.ceil(values.length * part) - 1] ?? NaN);

async function createDocuments(server: ApiServer, cluster: Cluster, stacks: number): Promise<void> {
  for (let index = 0; index < stacks; index++) {
    const { namespace, name } = placeOf(index);
    if (index % perNamespace === 0) await server.createNamespace(namespace);
    await applyObject(cluster, chatStackIn(namespace, { preset: 'staging' }, name));
  }
}

async function areApplied({ api }: Cluster, polls: { count: number }): Promise<boolean> {
  polls.count++;
  const { json } = await api.request('GET', `/apis/${chatKind.apiVersion}/${chatKind.plural}`);
  const { items } = json as { items: (KubeObject & { status?: { observedGeneration?: number } })[] };
  return items.every(({ metadata, status }) => status?.observedGeneration === metadata.generation);
}

async function apiServerCpu({ pids }: ApiServer): Promise<number> {
  const times = await Promise.all(pids.map(cpuSecondsOf));
  return times.reduce((sum, one) => sum + one, 0);
}

/** Kills the leader while another waits, and counts what that one writes in its first pass over every stack. */
async function takeOver(
  server: ApiServer,
  operator: OperatorProcess,
): Promise<{ takeoverMs: number; next: OperatorProcess; noopWrites: number }> {
  const next = await startReady(server.kubeconfigPath, 'second');
  const before = await requestsOf(server);
  await operator.kill();
  const killedAt = performance.now();
  await until('the second to lead', next.leads, minutes);
  const takeoverMs = Math.round(performance.now() - killedAt);
  await quiet(server);
  return { takeoverMs, next, noopWrites: (await requestsOf(server)).writes - before.writes };
}

/** Until the API server has answered nothing for three seconds, besides this question. */
async function quiet(server: ApiServer): Promise<void> {
  let [last, since] = [0, performance.now()];
  await until(
    'the first pass to end',
    async () => {
      const { all } = await requestsOf(server);
      if (all > last + 1) since = performance.now();
      last = all;
      return performance.now() - since > 3_000;
    },
    10 * minutes,
  );
}
