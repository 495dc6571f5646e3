import { generatedSecretKeys } from '../model/environment.ts';
import type { Stack } from '../model/stack.ts';
import { ClusterError } from '../kube/cluster-error.ts';
import type { Cluster } from '../kube/cluster.ts';
import type { CheckResult } from '../model/stack-kind.ts';
import { execute, obstaclesOf, type Outcome } from './execute.ts';
import { beginRevision, endRevision, type Revision } from './history.ts';
import { withLease } from '../kube/lease.ts';
import type { KubeObject } from '../kube/objects.ts';
import {
  deleteObject,
  historyPlace,
  leftoverClaims,
  leftovers,
  ownedClaims,
  ownedObjects,
  stackSecretOf,
} from './stack-objects.ts';
import { planOf, type Planned } from './plan.ts';
import { namespaceState, preflight } from './preflight/preflight.ts';
import { awaitCheck, EarlyChecks, whatIsChecked, type BoundCheck } from './rollout/stack-check.ts';
import { awaitRollout } from './rollout/rollout.ts';
import { runToEnd } from './run.ts';
import { completed, ensureSecret, liveSecret, type SecretMaker } from './secret.ts';

/** What is applied: a stack, the document it is from, and how its objects are rendered. */
export interface StackSource {
  readonly stack: Stack;
  readonly document: unknown;
  /** The version of Mooring that rendered it. */
  readonly mooring: string;
  /** Every object but the Secret, in the order in which they are to be applied. */
  readonly objects: readonly KubeObject[];
  readonly secret: SecretMaker;
}

/** What an apply will do. */
export interface StackPlan {
  readonly planned: readonly Planned[];
  /** Keys of the stack's own Secret that will be made. */
  readonly newSecretKeys: readonly string[];
  readonly secretExists: boolean;
  /** Objects the stack owns and no longer renders. */
  readonly leftovers: readonly KubeObject[];
  /** Volume claims of services it no longer runs. */
  readonly leftoverClaims: readonly KubeObject[];
}

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

/** What applying would do now; nothing is changed. Throws as `planOf` does. */
export async function planStack(
  cluster: Cluster,
  source: StackSource,
  signal?: AbortSignal,
): Promise<StackPlan> {
  const { stack, objects } = source;
  const exists = (await namespaceState(cluster, stack.namespace, signal)) === 'there';
  const live = exists ? await liveSecret(cluster, stack, signal) : undefined;
  const values = completed(stack, live ?? {}, () => '');
  const owned = exists ? await ownedObjects(cluster, stack, signal) : [];
  const claims = exists ? await ownedClaims(cluster, stack, signal) : [];
  return {
    planned: await planOf(cluster, objects, {
      absentNamespace: exists ? undefined : stack.namespace,
      signal,
    }),
    newSecretKeys: Object.keys(values).filter((key) => !(key in (live ?? {}))),
    secretExists: live !== undefined,
    leftovers: leftovers(owned, objects),
    leftoverClaims: leftoverClaims(claims, stack),
  };
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
  await confirm(plan);
  return plan;
}

/** @throws ClusterError CLUSTER_REFUSED or CLUSTER_CONFLICT with every obstacle. */
export function refuseObstacles({ planned }: StackPlan, forceConflicts: boolean): void {
  const refused = planned.flatMap((one) => one.refused);
  const obstacles = planned.flatMap((one) => obstaclesOf(one, forceConflicts));
  if (obstacles.length === 0) return;
  const lines = obstacles.map((line) => `  - ${line}`).join('\n');
  if (refused.length > 0)
    throw new ClusterError(
      'CLUSTER_REFUSED',
      `The API server would refuse this; nothing was changed:\n${lines}`,
      { reason: 'Refused' },
    );
  throw new ClusterError(
    'CLUSTER_CONFLICT',
    `Other managers changed what this stack owns; nothing was changed:\n${lines}`,
    { reason: 'FieldConflict', conflicts: planned.flatMap(({ contested }) => contested) },
  );
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
    if (options.prune) await prune(cluster, source, options);
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
  { planned, newSecretKeys, secretExists }: StackPlan,
  options: ApplyStackOptions,
): Promise<void> {
  const { signal, report } = options;
  const carriedOut = (one: Planned): Promise<void> => applyPlanned(cluster, one, options);
  const [namespaces, ...waves] = wavesOf(planned);
  await allOf(namespaces.map(carriedOut));
  await ensureSecret(cluster, stack, secret, signal);
  if (generatedSecretKeys(stack).length > 0)
    report.applied(
      stackSecretOf(stack),
      newSecretKeys.length === 0 ? 'unchanged' : secretExists ? 'changed' : 'created',
    );
  for (const wave of waves) await allOf(wave.map(carriedOut));
}

/** How long the deletion of a StatefulSet that is recreated may take. */
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

/** Policies precede the workloads, and what a pod needs precedes the pod. */
function wavesOf(planned: readonly Planned[]): [Planned[], ...Planned[][]] {
  const of = (belongs: (kind: string) => boolean): Planned[] =>
    planned.filter(({ object }) => belongs(object.kind));
  const first = ['Namespace', 'NetworkPolicy'];
  return [
    of((kind) => kind === 'Namespace'),
    of((kind) => kind === 'NetworkPolicy'),
    of((kind) => !first.includes(kind) && !workloadKinds.includes(kind)),
    of((kind) => workloadKinds.includes(kind)),
  ];
}

const workloadKinds = ['Deployment', 'StatefulSet'];

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

/** Last, so that a replaced object serves until its replacement does. */
async function prune(
  cluster: Cluster,
  { stack, objects }: StackSource,
  { deleteData, signal, report }: ApplyStackOptions,
): Promise<void> {
  const going = [
    ...leftovers(await ownedObjects(cluster, stack, signal), objects),
    ...(deleteData ? leftoverClaims(await ownedClaims(cluster, stack, signal), stack) : []),
  ];
  for (const object of going) {
    await deleteObject(cluster, object, signal);
    report.applied(object, 'removed');
  }
}
