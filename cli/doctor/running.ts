import { configReport, type ConfigReport } from '../../model/report.ts';
import { parseJson } from '../../model/json.ts';
import { serviceOf } from '../../model/environment.ts';
import { selectorOf } from '../../model/labels.ts';
import type { Stack } from '../../model/stack.ts';
import { backendName } from '../../contract/services/backend-ports.ts';
import { httpPaths } from '../../contract/services/backend.ts';
import { workloadName } from '../../model/names.ts';
import type { Cluster } from '../../kube/cluster.ts';
import type { KubeObject } from '../../kube/objects.ts';
import { listObjects } from '../../deploy/stack-objects.ts';
import { httpToPod } from '../../kube/pod-http.ts';
import type { Pod } from '../../kube/kinds.ts';
import { environmentIn } from './pod-environment.ts';

/** A configuration answer comes at once or not at all. */
const answerMs = 5_000;

/** A backend's process, and what it says it runs with; `undefined` where it says nothing. */
export interface RunningBackend {
  readonly pod: string;
  readonly config: ConfigReport | undefined;
}

/** The pods of the backend that are not on their way out, the youngest first. */
export async function backendPods(cluster: Cluster, stack: Stack): Promise<Pod[]> {
  const labels = selectorOf(stack, { name: backendName });
  const pods = (await listObjects(cluster, ['v1', 'Pod'], { namespace: stack.namespace, labels })) as Pod[];
  return pods
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    .sort((a, b) => ((a.metadata.creationTimestamp ?? '') < (b.metadata.creationTimestamp ?? '') ? 1 : -1));
}

/** Asks each backend's process for /config, on the port it was told to serve operations on. */
export async function runningBackends(
  cluster: Cluster,
  stack: Stack,
  live: readonly KubeObject[],
): Promise<RunningBackend[]> {
  const pods = await backendPods(cluster, stack);
  const started = pods.filter(({ status }) => status.containerStatuses?.some(({ state }) => state?.running));
  return Promise.all(
    started.map(async ({ metadata: { name } }) => ({
      pod: name,
      config: await configOf(cluster, { namespace: stack.namespace, pod: name, port: portOf(stack, live) }),
    })),
  );
}

async function configOf(
  cluster: Cluster,
  at: { namespace: string; pod: string; port: number },
): Promise<ConfigReport | undefined> {
  try {
    const { text } = await httpToPod(cluster.api, at, { path: httpPaths.config, timeoutMs: answerMs });
    return configReport.safeParse(parseJson(text)).data;
  } catch {
    return undefined;
  }
}

/** What is live counts, whatever the contract says. */
function portOf(stack: Stack, live: readonly KubeObject[]): number {
  const backend = serviceOf(stack, backendName);
  const told = backend.kind === 'stateless' ? backend.ownPorts?.['metrics'] : undefined;
  const deployment = live.find(
    ({ kind, metadata }) => kind === 'Deployment' && metadata.name === workloadName(stack.name, backendName),
  );
  const value = told && deployment ? environmentIn(deployment, live).get(told)?.value : undefined;
  return Number(value) || (backend.ports['metrics']?.containerPort ?? 0);
}
