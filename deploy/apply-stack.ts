import { generatedSecretKeys } from '../model/environment.ts';
import type { Stack } from '../model/stack.ts';
import { ClusterError } from '../kube/cluster-error.ts';
import type { Cluster } from '../kube/cluster.ts';
import { execute, obstaclesOf, type Outcome } from './execute.ts';
import { beginRevision, endRevision, type Revision } from './history.ts';
import { alone } from '../kube/lease.ts';
import type { KubeObject } from '../kube/objects.ts';
import { deleteObject, leftoverClaims, leftovers, ownedClaims, ownedObjects, stackSecretOf } from './stack-objects.ts';
import { planOf, type Planned } from './plan.ts';
import { namespaceState, preflight } from './preflight/preflight.ts';
import type { ChatTurn, Speaker } from '../contract/chat-turn.ts';
import { EarlyChats, proveChat } from './rollout/chat-check.ts';
import { awaitRollout } from './rollout/rollout.ts';
import { completed, ensureSecret, liveSecret, type SecretMaker } from './secret.ts';

/** What is applied: a stack, the document it is from, and how its objects are rendered. */
export interface StackSource {
  readonly stack: Stack;
  readonly document: unknown;
  /** The Mooring that renders it. */
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
  /** What the stack owns and no longer renders. */
  readonly leftovers: readonly KubeObject[];
  /** Volume claims of services it no longer runs. */
  readonly leftoverClaims: readonly KubeObject[];
}

export interface ApplyStackOptions {
  readonly forceConflicts: boolean;
  readonly prune: boolean;
  /** With `prune`: the claims of services that are gone, too. */
  readonly deleteData: boolean;
  /** Absent: nobody waits for the rollout. Without a speaker, nobody holds a chat either. */
  readonly prove?: { readonly timeoutMs: number; readonly speaker?: Speaker };
  /** Kept in the history, such as `rollback to 3`. */
  readonly note?: string;
  readonly signal?: AbortSignal | undefined;
  /** Throws when the plan is not to be carried out. */
  readonly confirm: (plan: StackPlan) => Promise<void>;
  readonly report: Report;
}

/** What is told while an apply goes on. */
export interface Report {
  readonly applied: (object: Pick<KubeObject, 'kind' | 'metadata'>, outcome: Outcome | 'removed') => void;
  readonly waiting: (line: string) => void;
}

export interface AppliedStack {
  readonly plan: StackPlan;
  readonly revision: Revision;
  /** Absent when nobody waited for it. */
  readonly turn?: ChatTurn;
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
 * Brings a stack into a cluster: looks first, changes nothing unless everything can be changed, then applies in order
 * and waits until a real chat turn has passed. Cut off anywhere and begun again, it ends in the same state.
 * @throws ClusterError, its code saying why: what is missing, refused, owned by others, or does not come up.
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
    return alone(
      cluster,
      stack,
      async (held) =>
        carryOut(cluster, source, await accepted(cluster, source, options, held), {
          ...options,
          signal: held,
        }),
      signal,
    );
  // Nobody can be at work in a namespace that is not there yet.
  const plan = await accepted(cluster, source, options, signal);
  const [first, ...rest] = plan.planned;
  if (first) await execute(cluster, first, { signal, onApplied: options.report.applied });
  return alone(
    cluster,
    stack,
    async (held) => {
      const done = await carryOut(cluster, source, { ...plan, planned: rest }, { ...options, signal: held });
      return { ...done, plan };
    },
    signal,
  );
}

/** A plan that can be carried out and was agreed to. */
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

/** @throws ClusterError CLUSTER_REFUSED or CLUSTER_CONFLICT with everything that is in the way. */
export function refuseObstacles({ planned }: StackPlan, forceConflicts: boolean): void {
  const refused = planned.flatMap((one) => one.refused);
  const obstacles = planned.flatMap((one) => obstaclesOf(one, forceConflicts));
  if (obstacles.length === 0) return;
  const lines = obstacles.map((line) => `  - ${line}`).join('\n');
  if (refused.length > 0)
    throw new ClusterError(
      'CLUSTER_REFUSED',
      `The API server would refuse this; nothing was changed:\n${lines}`,
    );
  throw new ClusterError(
    'CLUSTER_CONFLICT',
    `Others changed what this stack owns; nothing was changed:\n${lines}\nTake it back with --force-conflicts, or write it into the document.`,
  );
}

async function carryOut(
  cluster: Cluster,
  source: StackSource,
  plan: StackPlan,
  options: ApplyStackOptions,
): Promise<AppliedStack> {
  const { stack, document, mooring } = source;
  const { signal, note } = options;
  const at = new Date().toISOString();
  const begun = { at, mooring, document, ...(note === undefined ? {} : { note }) };
  const revision = await beginRevision(cluster, stack, begun, signal);
  try {
    await changeObjects(cluster, source, plan, options);
    const turn = await proof(cluster, stack, options);
    if (options.prune) await prune(cluster, source, options);
    await endRevision(cluster, stack, revision, { outcome: turn ? 'deployed' : 'applied' });
    return { plan, revision, ...(turn ? { turn } : {}) };
  } catch (error) {
    if (!signal?.aborted && error instanceof ClusterError)
      await endRevision(cluster, stack, revision, { outcome: 'failed', cause: error.message });
    throw error;
  }
}

async function changeObjects(
  cluster: Cluster,
  { stack, secret }: StackSource,
  { planned, newSecretKeys, secretExists }: StackPlan,
  { forceConflicts, signal, report }: ApplyStackOptions,
): Promise<void> {
  const carriedOut = (one: Planned): Promise<void> =>
    execute(cluster, one, { forceConflicts, signal, onApplied: report.applied });
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

/** Policies are in force before anything runs, and what a pod asks for is there before the pod. */
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

/** Waits for all of them, so that nothing is still being changed when one's error is told. */
async function allOf(work: readonly Promise<void>[]): Promise<void> {
  const results = await Promise.allSettled(work);
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}

async function proof(
  cluster: Cluster,
  stack: Stack,
  { prove, signal, report }: ApplyStackOptions,
): Promise<ChatTurn | undefined> {
  if (!prove) return undefined;
  const { timeoutMs, speaker } = prove;
  const early = speaker && new EarlyChats(cluster, stack, speaker);
  await awaitRollout(cluster, stack, {
    timeoutMs,
    signal,
    onProgress: report.waiting,
    onOpen: (pod) => early?.begin(pod),
  });
  if (!speaker || !early) return undefined;
  report.waiting('every pod is ready; holding a chat');
  return proveChat(cluster, stack, speaker, { signal, early });
}

/** Last, so that what is replaced serves until its replacement does. */
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
