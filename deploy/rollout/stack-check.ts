import { CheckFailed, type Reach, type ServicePort } from '../../model/reach.ts';
import { isWorkload, type Stack } from '../../model/stack.ts';
import type { CheckRequest, CheckResult, StackCheck, StackDocument } from '../../model/stack-kind.ts';
import { workloadName } from '../../model/names.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { nameOf } from '../../kube/objects.ts';
import { reachThroughServices, servicePorts } from '../reach.ts';
import { readinessReports, type PodReport } from './gates.ts';
import { workloadStates } from './workload-status.ts';

/** A kind's check, bound to its document. */
export interface BoundCheck {
  readonly through: ServicePort;
  /** Completes "waiting for …". */
  readonly what: string;
  readonly run: (reach: Reach, signal?: AbortSignal) => Promise<CheckResult>;
}

export const bindCheck = <D extends StackDocument>(
  { through, what, run }: Pick<StackCheck<D>, 'through' | 'what' | 'run'>,
  request: CheckRequest<D>,
): BoundCheck => ({
  through,
  what,
  run: (reach, signal) => run(reach, { ...request, ...(signal ? { signal } : {}) }),
});

/** The name of the default check. */
const defaultWhat = 'the check of endpoints and gates';

export const whatIsChecked = (check: BoundCheck | undefined): string => check?.what ?? defaultWhat;

export interface CheckOptions {
  /** Absent: the default check. */
  readonly check?: BoundCheck | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Checks a stack once, where its Services lead.
 * @throws CheckFailed saying what does not work; what a call of the check rejects with.
 */
export async function checkStack(
  cluster: Cluster,
  stack: Stack,
  { check, signal }: CheckOptions = {},
): Promise<CheckResult> {
  if (!check) return defaultCheck(cluster, stack, signal);
  return check.run(reachThroughServices(cluster, stack, signal), signal);
}

/** Every port of every service leads to a ready pod, and every gate of every service that reports is open. */
async function defaultCheck(cluster: Cluster, stack: Stack, signal?: AbortSignal): Promise<CheckResult> {
  const ports = stack.services
    .filter(isWorkload)
    .flatMap(({ name, ports: own }) => Object.keys(own).map((port) => ({ service: name, port })));
  const led = await Promise.all(ports.map((to) => servicePorts(cluster, stack, to, signal)));
  const closed = ports
    .filter((_, index) => led[index]?.length === 0)
    .map(
      ({ service, port }) =>
        `Service ${workloadName(stack.name, service)} leads to no ready pod by its port "${port}"`,
    );
  const reports = await readinessReports(cluster, stack, await workloadStates(cluster, stack, signal), {
    signal,
  });
  const problems = [...closed, ...reports.flatMap(reportProblems)];
  if (problems.length > 0) throw new CheckFailed(problems.join('; '));
  const gates = reports.flatMap(({ report }) => report?.gates ?? []).length;
  return {
    says: `Every Service port leads to a ready pod (${ports.length}), and every gate is open (${gates}).`,
    data: { check: { ports: ports.length, gates } },
  };
}

function reportProblems({ pod, report }: PodReport): string[] {
  if (!report) return [`${nameOf(pod)} does not report its readiness`];
  return report.gates
    .filter(({ state }) => state !== 'open')
    .map(({ name, state }) => `${nameOf(pod)}: its gate "${name}" is ${state}`);
}
