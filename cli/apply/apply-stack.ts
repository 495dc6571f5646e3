import { generatedSecretKeys } from '../../model/environment.ts';
import type { Stack } from '../../model/stack.ts';
import type { CheckResult } from '../../model/stack-kind.ts';
import { ClusterError } from '../../kube/cluster-error.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { withLease } from '../../kube/lease.ts';
import type { KubeObject } from '../../kube/objects.ts';
import { isAutoscaler } from '../../deploy/autoscalers.ts';
import { execute, type Outcome } from '../../deploy/execute.ts';
import { beginRevision, endRevision, type Revision } from '../../deploy/history.ts';
import { isFailedJob, jobEnded } from '../../deploy/jobs.ts';
import type { Planned } from '../../deploy/plan.ts';
import { preflight } from '../../deploy/preflight/preflight.ts';
import { prune } from '../../deploy/prune.ts';
import { whatIsChecked, type BoundCheck } from '../../deploy/rollout/stack-check.ts';
import { ensureSecret } from '../../deploy/secret.ts';
import { historyPlace, stackSecretOf } from '../../deploy/stack-objects.ts';
import { deleteObjects } from '../../deploy/take-down.ts';
import {
  planStack,
  refuseLostSecret,
  refuseObstacles,
  type StackPlan,
  type StackSource,
} from '../../deploy/stack-plan.ts';
import { inWaves } from '../../deploy/waves.ts';
import { awaitCheck } from '../waiting/check.ts';
import { EarlyChecks } from '../waiting/early-checks.ts';
import { awaitRollout } from '../waiting/rollout.ts';
import { runToEnd } from '../waiting/run-to-end.ts';

export interface ApplyStackOptions {
  readonly forceConflicts: boolean;
  readonly prune: boolean;
  /** With `prune`: the claims of services that are gone, too. */
  readonly deleteData: boolean;
  /** Omit to skip the rollout wait, and with it the check. */
  readonly rollout?: RolloutWait;
  /** For a rollback: the revision whose document this is. */
  readonly rollbackTo?: number;
  readonly signal?: AbortSignal | undefined;
  /** Throws to cancel. */
  readonly confirm: (plan: StackPlan) => Promise<void>;
  readonly report: Report;
}

export interface RolloutWait {
  readonly timeoutMs: number;
  /** Runs once every pod is ready: the kind's own check, the default one where the kind has none, or none. */
  readonly check: BoundCheck | 'default' | 'skip';
}

/** Progress of an apply. */
export interface Report {
  readonly applied: (object: Pick<KubeObject, 'kind' | 'metadata'>, outcome: Outcome | 'removed') => void;
  readonly waiting: (line: string) => void;
}

export interface AppliedStack {
  readonly plan: StackPlan;
  readonly revision: Revision;
  /** Absent when the check was skipped. */
  readonly checked?: CheckResult;
}

/**
 * Applies a stack: plans everything, changes nothing unless all of it can be applied, then applies in order and waits
 * until the check has passed. Interrupted anywhere and run again, it ends in the same state.
 * @throws ClusterError whose code says why: what is missing, refused, owned by others, or does not come up.
 */
export async function applyStack(
  cluster: Cluster,
  source: StackSource,
  options: ApplyStackOptions,
): Promise<AppliedStack> {
  const { stack, objects } = source;
  const { signal } = options;
  const state = await preflight(cluster, stack, objects, signal);
  if (state === 'there')
    return withLease(
      cluster,
      historyPlace(stack),
      async (held) =>
        carryOut(cluster, source, await accepted(cluster, source, options, held), {
          ...options,
          signal: held,
        }),
      signal,
    );
  // The Lease needs its namespace, which is applied first: no other apply can hold a Lease in an absent one.
  const plan = await accepted(cluster, source, options, signal);
  const [first, ...rest] = plan.planned;
  if (first) await applyPlanned(cluster, first, options);
  return withLease(
    cluster,
    historyPlace(stack),
    async (held) => {
      const done = await carryOut(cluster, source, { ...plan, planned: rest }, { ...options, signal: held });
      return { ...done, plan };
    },
    signal,
  );
}

/** The plan, once it has no obstacles and was confirmed. */
async function accepted(
  cluster: Cluster,
  source: StackSource,
  { forceConflicts, confirm }: ApplyStackOptions,
  signal?: AbortSignal,
): Promise<StackPlan> {
  const plan = await planStack(cluster, source, signal);
  refuseObstacles(plan, forceConflicts);
  await refuseLostSecret(cluster, source, plan, signal);
  await confirm(plan);
  return plan;
}

async function carryOut(
  cluster: Cluster,
  source: StackSource,
  plan: StackPlan,
  options: ApplyStackOptions,
): Promise<AppliedStack> {
  const { stack, document, mooring } = source;
  const { signal, rollbackTo } = options;
  const at = new Date().toISOString();
  const begun = { at, mooring, document, ...(rollbackTo === undefined ? {} : { rollbackTo }) };
  const revision = await beginRevision(cluster, historyPlace(stack), begun, signal);
  try {
    await changeObjects(cluster, source, plan, options);
    const checked = await rolloutAndCheck(cluster, stack, options);
    if (options.prune) {
      const { deleteData } = options;
      await prune(cluster, source, { deleteData, signal, onRemoved: removedIn(options) });
    }
    const outcome = checked ? 'deployed' : 'applied';
    await endRevision(cluster, historyPlace(stack), revision, { outcome });
    return { plan, revision, ...(checked ? { checked } : {}) };
  } catch (error) {
    if (!signal?.aborted && error instanceof ClusterError)
      await endRevision(cluster, historyPlace(stack), revision, {
        outcome: 'failed',
        cause: error.message,
      });
    throw error;
  }
}

async function changeObjects(
  cluster: Cluster,
  { stack, secret }: StackSource,
  plan: StackPlan,
  options: ApplyStackOptions,
): Promise<void> {
  const { signal, report } = options;
  const { newSecretKeys, secretExists } = plan;
  const carriedOut = (one: Planned): Promise<void> => applyPlanned(cluster, runningAgain(one), options);
  const [namespaces, ...waves] = inWaves(plan.planned, ({ object }) => object.kind);
  await allOf(namespaces.map(carriedOut));
  await ensureSecret(cluster, stack, secret, signal);
  if (generatedSecretKeys(stack).length > 0)
    report.applied(
      stackSecretOf(stack),
      newSecretKeys.length === 0 ? 'unchanged' : secretExists ? 'changed' : 'created',
    );
  // One that is no longer rendered would scale the workload again until the rest is pruned, last.
  const scalers = options.prune ? plan.leftovers.filter(isAutoscaler) : [];
  await deleteObjects(cluster, scalers, { signal, onRemoved: removedIn(options) });
  await endFormerJobs(cluster, plan, options);
  for (const wave of waves) await allOf(wave.map(carriedOut));
}

/** Ends Jobs whose place others take, and those that failed: they run again, since what they failed at may be mended. */
async function endFormerJobs(cluster: Cluster, plan: StackPlan, options: ApplyStackOptions): Promise<void> {
  const { signal, report } = options;
  const failed = plan.planned.flatMap(({ live }) => (live && isFailedJob(live) ? live : []));
  for (const job of [...plan.formerJobs, ...failed]) {
    const waiting = { signal, timeoutMs: deletionMs, onWaiting: report.waiting };
    await runToEnd(() => jobEnded(cluster, job, { signal }), waiting);
    report.applied(job, 'removed');
  }
}

/** What was planned, of a Job that failed as if it had not been there. */
function runningAgain(planned: Planned): Planned {
  const { live, ...absent } = planned;
  return live && isFailedJob(live) ? absent : planned;
}

const removedIn =
  ({ report }: ApplyStackOptions) =>
  (object: KubeObject): void =>
    report.applied(object, 'removed');

/** How long the deletion of a StatefulSet that is recreated, or of a Job and its pods, may take. */
const deletionMs = 60_000;

async function applyPlanned(
  cluster: Cluster,
  planned: Planned,
  { forceConflicts, signal, report }: ApplyStackOptions,
): Promise<void> {
  const outcome = await runToEnd(() => execute(cluster, planned, { forceConflicts, signal }), {
    signal,
    timeoutMs: deletionMs,
    onWaiting: report.waiting,
  });
  report.applied(planned.object, outcome);
}

/** Waits for all of them, so that no change is under way when one has failed. */
async function allOf(work: readonly Promise<void>[]): Promise<void> {
  const results = await Promise.allSettled(work);
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}

async function rolloutAndCheck(
  cluster: Cluster,
  stack: Stack,
  { rollout, signal, report }: ApplyStackOptions,
): Promise<CheckResult | undefined> {
  if (!rollout) return undefined;
  const { timeoutMs, check: chosen } = rollout;
  const check = typeof chosen === 'string' ? undefined : chosen;
  const early = check && new EarlyChecks(cluster, stack, check);
  await awaitRollout(cluster, stack, {
    timeoutMs,
    signal,
    onProgress: report.waiting,
    onReady: (service, pod) => early?.begin(service, pod),
  });
  if (chosen === 'skip') return undefined;
  report.waiting(`every pod is ready; waiting for ${whatIsChecked(check)}`);
  return awaitCheck(cluster, stack, { check, early, signal });
}
