import { configReport, type ConfigReport } from '../../model/report.ts';
import { parseJson } from '../../model/json.ts';
import { selectorOf } from '../../model/labels.ts';
import { isWorkload, type Report, type Stack, type Workload } from '../../model/stack.ts';
import { workloadName } from '../../model/names.ts';
import type { Cluster } from '../../kube/cluster.ts';
import type { KubeObject } from '../../kube/objects.ts';
import { listObjects } from '../../deploy/stack-objects.ts';
import { httpToPod } from '../../kube/pod-http.ts';
import type { PodPort } from '../../kube/port-forward.ts';
import type { Pod } from '../../kube/kinds.ts';
import { environmentIn } from './pod-environment.ts';

/** A configuration answer comes at once or not at all. */
const answerMs = 5_000;

/** A process of a service that reports, and what it says it runs with; `undefined` where it says nothing. */
export interface RunningPod {
  readonly service: string;
  readonly pod: string;
  readonly config: ConfigReport | undefined;
}

/** The pods of a service that are not on their way out, the youngest first. */
export async function podsOf(cluster: Cluster, stack: Stack, service: string): Promise<Pod[]> {
  const labels = selectorOf(stack, { name: service });
  const pods = (await listObjects(cluster, ['v1', 'Pod'], { namespace: stack.namespace, labels })) as Pod[];
  return pods
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    .sort((a, b) => ((a.metadata.creationTimestamp ?? '') < (b.metadata.creationTimestamp ?? '') ? 1 : -1));
}

/** Asks each process of each service that reports for its configuration, on the port it was told to report on. */
export async function runningPods(
  cluster: Cluster,
  stack: Stack,
  live: readonly KubeObject[],
): Promise<RunningPod[]> {
  const asked = stack.services.filter(isWorkload).map(async (service) => {
    const { report } = service;
    if (!report) return [];
    const port = portOf(stack, service, report, live);
    const pods = (await podsOf(cluster, stack, service.name)).filter(({ status }) =>
      status.containerStatuses?.some(({ state }) => state?.running),
    );
    return Promise.all(
      pods.map(async ({ metadata: { name: pod } }) => ({
        service: service.name,
        pod,
        config: await configOf(cluster, { namespace: stack.namespace, pod, port }, report.config),
      })),
    );
  });
  return (await Promise.all(asked)).flat();
}

async function configOf(cluster: Cluster, at: PodPort, path: string): Promise<ConfigReport | undefined> {
  try {
    const { text } = await httpToPod(cluster.api, at, { path, timeoutMs: answerMs });
    return configReport.safeParse(parseJson(text)).data;
  } catch {
    return undefined;
  }
}

/** What is live counts, whatever the contract says. */
function portOf(stack: Stack, service: Workload, { port }: Report, live: readonly KubeObject[]): number {
  const told = service.ownPorts?.[port];
  const workload = workloadIn(live, stack, service);
  const value = told && workload ? environmentIn(workload, live).get(told)?.value : undefined;
  return Number(value) || (service.ports[port]?.containerPort ?? 0);
}

/** The workload of a service among objects. */
export function workloadIn(
  objects: readonly KubeObject[],
  { name }: Stack,
  service: Workload,
): KubeObject | undefined {
  const kind = service.kind === 'stateless' ? 'Deployment' : 'StatefulSet';
  return objects.find((one) => one.kind === kind && one.metadata.name === workloadName(name, service.name));
}
