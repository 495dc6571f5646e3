import { parseJson } from '../../model/json.ts';
import { readinessReport, type ReadinessReport } from '../../model/report.ts';
import { isWorkload, reportingServices, type Stack, type Workload } from '../../model/stack.ts';
import type { Cluster } from '../../kube/cluster.ts';
import type { Pod } from '../../kube/kinds.ts';
import { nameOf } from '../../kube/objects.ts';
import { reachOfPod } from '../reach.ts';
import type { Cause } from './causes.ts';
import { isReady, type WorkloadState } from './workload-status.ts';

/** A dependency that is up is dialled again within seconds; a gate closed ten times as long is no delay. */
export const gateMs = 20_000;

/** The timeout of a readiness answer. */
const answerMs = 5_000;

/** A pod's report; `undefined` where it does not answer, or not with a report. */
export interface PodReport {
  readonly service: string;
  readonly pod: Pod;
  readonly report: ReadinessReport | undefined;
}

/**
 * The gates that stay closed although their dependency is up: a wrong port, a wrong password, a blocking policy. From
 * the reports of running pods; a pod that does not answer yet has no gates.
 */
export async function gateCauses(
  cluster: Cluster,
  stack: Stack,
  states: readonly WorkloadState[],
  signal?: AbortSignal,
): Promise<Cause[]> {
  const reports = await readinessReports(cluster, stack, states, { unreadyOnly: true, signal });
  return closedGates(stack, states, reports);
}

/** The reports of the running pods of every reporting service, or only of those that are not Ready. */
export async function readinessReports(
  cluster: Cluster,
  stack: Stack,
  states: readonly WorkloadState[],
  { unreadyOnly = false, signal }: { unreadyOnly?: boolean; signal?: AbortSignal | undefined } = {},
): Promise<PodReport[]> {
  const asked = reportingServices(stack).flatMap((service) => {
    const pods = states.find((state) => state.service === service.name)?.pods ?? [];
    return pods
      .filter((pod) => isRunning(pod) && !(unreadyOnly && isReady(pod)))
      .map((pod) => ({ service, pod }));
  });
  return Promise.all(
    asked.map(async ({ service, pod }) => ({
      service: service.name,
      pod,
      report: await reportOf(cluster, stack, { service, pod }, signal),
    })),
  );
}

/** The gates that these reports say are closed although their dependency is up. */
export function closedGates(
  stack: Stack,
  states: readonly WorkloadState[],
  reports: readonly PodReport[],
): Cause[] {
  return reports.flatMap(({ pod, report }) =>
    (report?.gates ?? [])
      .filter(
        ({ name, state, lastError }) => state === 'closed' && lastError !== null && isUp(stack, states, name),
      )
      .map(({ name, lastError, attempts }) => ({
        reason: 'Gate',
        where: nameOf(pod),
        dependency: name,
        message: `it waits for ${name}, which is up, and says: ${lastError ?? ''} (${attempts} attempts)`,
        patienceMs: gateMs,
        // A service that does not count its attempts reports 0.
        ...(attempts > 0 ? { attempts } : {}),
      })),
  );
}

const isRunning = ({ status }: Pod): boolean =>
  (status.containerStatuses ?? []).some(({ state }) => state?.running !== undefined);

/** A service that runs elsewhere counts as up, since this cluster does not start it. So does an unknown gate. */
function isUp(stack: Stack, states: readonly WorkloadState[], name: string): boolean {
  const state = states.find(({ service }) => service === name);
  if (state) return state.rolledOut;
  const service = stack.services.find((one) => one.name === name);
  return service === undefined || !isWorkload(service);
}

async function reportOf(
  cluster: Cluster,
  stack: Stack,
  { service, pod }: { service: Workload; pod: Pod },
  signal?: AbortSignal,
): Promise<ReadinessReport | undefined> {
  const { name, report } = service;
  if (!report) return undefined;
  const reach = reachOfPod(cluster, stack, { service: name, pod: pod.metadata.name }, signal);
  try {
    const { text } = await reach.http(
      { service: name, port: report.port },
      { path: report.readyz, timeoutMs: answerMs },
    );
    return readinessReport.safeParse(parseJson(text)).data;
  } catch {
    signal?.throwIfAborted();
    return undefined;
  }
}
