import { reportingServices, type Stack } from '../../model/stack.ts';
import type { Cluster } from '../../kube/cluster.ts';
import type { Cause } from '../../deploy/rollout/causes.ts';
import { closedGates, readinessReports } from '../../deploy/rollout/gates.ts';
import type { WorkloadState } from '../../deploy/rollout/workload-status.ts';

/** About as often as a service dials a dependency that is away; more requests would slow a starting pod. */
const askEveryMs = 2_000;

/** A pod that reports to be ready. */
export type OnReady = (service: string, pod: string) => void;

/**
 * `gateCauses`, cached for two seconds; without cache once all services that do not report are up, since the gates are
 * about to open then. `onReady` gets the pods that then report ready before Kubernetes has probed them, with each
 * answer; never pods whose gates opened to stores that are still to be replaced.
 */
export function gateWatch(
  cluster: Cluster,
  stack: Stack,
  { signal, onReady }: { signal?: AbortSignal | undefined; onReady?: OnReady | undefined },
): (states: readonly WorkloadState[]) => Promise<Cause[]> {
  let last = { at: -Infinity, causes: [] as Cause[] };
  const reporting = new Set(reportingServices(stack).map(({ name }) => name));
  return async (states) => {
    const isNear = states.every(({ service, rolledOut }) => rolledOut || reporting.has(service));
    if (!isNear && performance.now() - last.at < askEveryMs) return last.causes;
    const reports = await readinessReports(cluster, stack, states, { unreadyOnly: true, signal });
    if (isNear)
      for (const { service, pod, report } of reports)
        if (report?.ready) onReady?.(service, pod.metadata.name);
    last = { at: performance.now(), causes: closedGates(stack, states, reports) };
    return last.causes;
  };
}
