import { CheckFailed, type Reach, type ServicePort } from '../../model/reach.ts';
import { serviceOf } from '../../model/environment.ts';
import { isWorkload, type Stack } from '../../model/stack.ts';
import type { CheckRequest, CheckResult, StackCheck, StackDocument } from '../../model/stack-kind.ts';
import { workloadName } from '../../model/names.ts';
import { ClusterError } from '../../kube/cluster-error.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { nameOf } from '../../kube/objects.ts';
import { pause } from '../../kube/poll.ts';
import type { PodPort } from '../../kube/port-forward.ts';
import { reachOfPod, reachThroughServices, servicePorts } from '../reach.ts';
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

/** Once everything is ready a check passes at once; a Service's endpoints may lag. */
const checkMs = 30_000;

/** How old an early check may be, in milliseconds; Kubernetes notices a ready pod within a second. */
const freshMs = 5_000;

/**
 * Checks of pods that report to be ready before the Service leads to them: Kubernetes takes up to a second to notice.
 * An early check counts only where the Service then leads; see `awaitCheck`.
 */
export class EarlyChecks {
  readonly #cluster: Cluster;
  readonly #stack: Stack;
  readonly #check: BoundCheck;
  readonly #begun = new Map<string, Begun>();

  constructor(cluster: Cluster, stack: Stack, check: BoundCheck) {
    this.#cluster = cluster;
    this.#stack = stack;
    this.#check = check;
  }

  /** Begins one, unless a fresh one exists. A failure is ignored: the pod may not have been ready after all. */
  begin(service: string, pod: string): void {
    const { through, run } = this.#check;
    const port = serviceOf(this.#stack, through.service).ports[through.port]?.containerPort;
    if (service !== through.service || port === undefined || this.resultAt({ pod, port })) return;
    const result = run(reachOfPod(this.#cluster, this.#stack, { service, pod })).catch(() => undefined);
    this.#begun.set(keyOf({ pod, port }), { at: performance.now(), result });
  }

  /** The result of a fresh check at this port of this pod; resolves to `undefined` where it failed. */
  resultAt(place: Pick<PodPort, 'pod' | 'port'>): Begun['result'] | undefined {
    const begun = this.#begun.get(keyOf(place));
    return begun && performance.now() - begun.at < freshMs ? begun.result : undefined;
  }
}

interface Begun {
  readonly at: number;
  readonly result: Promise<CheckResult | undefined>;
}

const keyOf = ({ pod, port }: Pick<PodPort, 'pod' | 'port'>): string => `${pod}:${port}`;

export interface CheckOptions {
  /** Absent: the default check. */
  readonly check?: BoundCheck | undefined;
  readonly early?: EarlyChecks | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Checks a stack once, where its Services lead. An early check with the same port of the same pod counts.
 * @throws CheckFailed saying what does not work; what a call of the check rejects with.
 */
export async function checkStack(
  cluster: Cluster,
  stack: Stack,
  { check, early, signal }: CheckOptions,
): Promise<CheckResult> {
  if (!check) return defaultCheck(cluster, stack, signal);
  if (early)
    for (const place of await servicePorts(cluster, stack, check.through, signal)) {
      const result = await early.resultAt(place);
      if (result) return result;
    }
  return check.run(reachThroughServices(cluster, stack, signal), signal);
}

/**
 * Checks a stack until it passes.
 * @throws ClusterError ROLLOUT_FAILED with the last failure, when time is up or a retry cannot help.
 */
export async function awaitCheck(
  cluster: Cluster,
  stack: Stack,
  options: CheckOptions = {},
): Promise<CheckResult> {
  const deadline = performance.now() + checkMs;
  for (;;) {
    try {
      return await checkStack(cluster, stack, options);
    } catch (error) {
      options.signal?.throwIfAborted();
      if (error instanceof ClusterError && error.code === 'CLUSTER_DENIED') throw error;
      const isFinal = error instanceof CheckFailed && error.final;
      if (isFinal || performance.now() > deadline) throw failure(whatIsChecked(options.check), error);
    }
    await pause(options.signal);
  }
}

function failure(what: string, cause: unknown): ClusterError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new ClusterError(
    'ROLLOUT_FAILED',
    `Everything is ready, but ${what} did not pass: ${why}`,
    { reason: 'CheckFailed' },
    { cause },
  );
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
