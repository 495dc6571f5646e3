import { generatedSecretKeys, stackSecretName, secretRefOf } from '../model/environment.ts';
import { type Stack, isWorkload, type Workload } from '../model/stack.ts';
import { selectorOf } from '../model/labels.ts';
import { CheckFailed, type Reach } from '../model/reach.ts';
import type { RotateService } from '../model/stack-kind.ts';
import { workloadName } from '../model/names.ts';
import { ClusterError } from '../kube/cluster-error.ts';
import type { Cluster } from '../kube/cluster.ts';
import type { Pod } from '../kube/kinds.ts';
import type { KubeObject } from '../kube/objects.ts';
import { createMissing } from './create-missing.ts';
import { reachThroughServices } from './reach.ts';
import { restart } from './restart.ts';
import {
  completed,
  dropNextSecret,
  isSecretImmutable,
  liveSecret,
  markStoresTold,
  nextSecret,
  nextSecretName,
  stageSecret,
  swapSecret,
  type SecretMaker,
  type SecretValues,
} from './secret.ts';
import { unlessStale } from './unless-stale.ts';
import { secretProblems } from '../model/secret-problems.ts';
import { deleteObjects, podsEnded } from './take-down.ts';
import { isReady } from './rollout/workload-status.ts';
import type { StepResult } from './step.ts';
import { listObjects, ownedObjects } from './stack-objects.ts';

/** By service: how one that stores its secret itself gets a new value. */
export type Rotators = Readonly<Record<string, RotateService>>;

export interface RotateOptions {
  readonly make: SecretMaker;
  readonly rotators: Rotators;
  /** Every object of the stack but its Secret, in order; deleted workloads are applied again from these. */
  readonly objects: readonly KubeObject[];
  /** How a service is told. Default: through the API server. */
  readonly reach?: Reach;
  readonly signal?: AbortSignal | undefined;
}

/**
 * One step of a rotation, which resumes where earlier steps stopped: the new values are staged before any service gets
 * them, and unstaged when every service has them. Pending while pods end that hold an immutable Secret.
 * @throws ClusterError as `rotatable` does; what a service's rotation rejects with.
 */
export async function rotateStep(
  cluster: Cluster,
  stack: Stack,
  options: RotateOptions,
): Promise<StepResult<true>> {
  const { make, signal } = options;
  const { live, begun } = await rotatable(cluster, stack, options);
  const next = begun?.rotation ? begun.values : completed(stack, {}, make.value);
  if (!begun?.rotation) await begin(cluster, stack, next, { ...options, isLeftOver: begun !== undefined });
  if (begun?.rotation !== 'stores-told') {
    await tellServices(cluster, stack, { ...options, from: live ?? next, to: next });
    await markStoresTold(cluster, stack, signal);
  }
  const inForce = await putInForce(cluster, stack, next, options);
  if (!('done' in inForce)) return inForce;
  await finish(cluster, stack, options);
  return { done: true };
}

/** Starts anew what has the old values still, or was deleted; then nothing is staged any more. */
async function finish(
  cluster: Cluster,
  stack: Stack,
  { rotators, objects, signal }: RotateOptions,
): Promise<void> {
  // Deleted before, or by an interrupted run. No Job was: one that is not there is of a document that was not applied yet.
  await createMissing(
    cluster,
    objects.filter(({ kind }) => kind !== 'Job'),
    signal,
  );
  // The same time after an interruption, so that no pod is restarted twice.
  const at = (await nextSecret(cluster, stack, signal))?.since;
  await restart(cluster, stack, restartedServices(stack, rotators), { at, signal });
  await dropNextSecret(cluster, stack, signal);
}

/** @throws ClusterError CLUSTER_CONFLICT where another run has staged its values: those are the ones to go on with. */
async function begin(
  cluster: Cluster,
  stack: Stack,
  next: SecretValues,
  { make, isLeftOver, signal }: Pick<RotateOptions, 'make' | 'signal'> & { readonly isLeftOver: boolean },
): Promise<void> {
  if (isLeftOver) await dropNextSecret(cluster, stack, signal);
  if (await stageSecret(cluster, stack, next, { make, rotation: true, signal })) return;
  throw new ClusterError(
    'CLUSTER_CONFLICT',
    `Another rotation of the secrets of "${stack.name}" has just begun.`,
    { reason: 'RotationUnfinished', object: nextSecretName(stack), namespace: stack.namespace },
  );
}

/** The services that restart to read the new values: all but those that store their secret themselves. */
export const restartedServices = (stack: Stack, rotators: Rotators): string[] =>
  stack.services
    .filter(isWorkload)
    .map(({ name }) => name)
    .filter((name) => !(name in rotators));

export interface Rotatable {
  /** Of the stack's own Secret. */
  readonly keys: string[];
  /** The current values; `undefined` where a rotation was interrupted between the old Secret and the new one. */
  readonly live: SecretValues | undefined;
  readonly begun: Awaited<ReturnType<typeof nextSecret>>;
}

/**
 * What can be rotated, and how far an earlier run came; changes nothing.
 * @throws ClusterError when the stack has no secrets of its own, was never applied, or has no ready pod of a service
 * that stores its secret itself and needs the new one.
 */
export async function rotatable(
  cluster: Cluster,
  stack: Stack,
  { rotators, signal }: Pick<RotateOptions, 'rotators' | 'signal'>,
): Promise<Rotatable> {
  const keys = generatedSecretKeys(stack).map(({ key }) => key);
  const live = await liveSecret(cluster, stack, signal);
  const begun = await nextSecret(cluster, stack, signal);
  refuseNothing(stack, keys, live ?? begun?.values);
  if (begun?.rotation) refuseUnusable(stack, begun.values);
  if (begun?.rotation !== 'stores-told') await refuseUnready(cluster, stack, rotators, signal);
  return { keys, live, begun };
}

/** A staged value may have been edited by hand; a store that refuses it would not start, with the old one gone. */
function refuseUnusable(stack: Stack, staged: SecretValues): void {
  const problems = secretProblems(stack, stackSecretName(stack), staged);
  if (problems.length > 0)
    throw new ClusterError(
      'PREFLIGHT_FAILED',
      `Secret "${nextSecretName(stack)}", whose values this rotation puts in force, holds what a store could not take: ${problems.join('; ')}. Nothing was changed; correct it, or delete it to begin with new values.`,
      { reason: 'SecretUnusable', object: nextSecretName(stack), namespace: stack.namespace },
    );
}

function refuseNothing(stack: Stack, keys: readonly string[], values: SecretValues | undefined): void {
  if (keys.length === 0)
    throw new ClusterError(
      'CLUSTER_REFUSED',
      `The stack "${stack.name}" has no secrets of its own: you keep them${stack.existingSecret ? ` in Secret "${stack.existingSecret}"` : ''}.`,
      { reason: 'SecretsKeptByUser' },
    );
  if (values === undefined)
    throw new ClusterError(
      'NOT_FOUND_IN_CLUSTER',
      `The stack "${stack.name}" has no Secret in namespace ${stack.namespace} yet.`,
      { reason: 'SecretMissing', namespace: stack.namespace },
    );
}

/** The services that store secrets themselves, each with the names of its generated secrets. */
export function toldServices(
  stack: Stack,
  rotators: Rotators,
): { service: Workload; rotate: RotateService; secrets: { secret: string; key: string }[] }[] {
  const generated = new Set(generatedSecretKeys(stack).map(({ key }) => key));
  return stack.services.filter(isWorkload).flatMap((service) => {
    const rotate = rotators[service.name];
    const secrets = Object.entries(service.secrets ?? {})
      .filter(([, { ref }]) => ref === undefined)
      .map(([secret]) => ({ secret, key: secretRefOf(stack, service, secret).key }))
      .filter(({ key }) => generated.has(key));
    return rotate && secrets.length > 0 ? [{ service, rotate, secrets }] : [];
  });
}

async function refuseUnready(
  cluster: Cluster,
  stack: Stack,
  rotators: Rotators,
  signal?: AbortSignal,
): Promise<void> {
  for (const { service } of toldServices(stack, rotators))
    if (!(await hasReadyPod(cluster, stack, service, signal)))
      throw new ClusterError(
        'NOT_FOUND_IN_CLUSTER',
        `${service.name} stores its secret itself and must be up to get the new one, but it has no ready pod.`,
        {
          reason: 'NoReadyPod',
          object: workloadName(stack.name, service.name),
          namespace: stack.namespace,
        },
      );
}

async function hasReadyPod(
  cluster: Cluster,
  stack: Stack,
  service: Workload,
  signal?: AbortSignal,
): Promise<boolean> {
  const at = { namespace: stack.namespace, labels: selectorOf(stack, service), signal };
  const pods = (await listObjects(cluster, ['v1', 'Pod'], at)) as Pod[];
  return pods.some((pod) => isReady(pod) && pod.metadata.deletionTimestamp === undefined);
}

interface Change extends Pick<RotateOptions, 'rotators' | 'reach' | 'signal'> {
  readonly from: SecretValues;
  readonly to: SecretValues;
}

async function tellServices(
  cluster: Cluster,
  stack: Stack,
  { rotators, from, to, signal, reach = reachThroughServices(cluster, stack, signal) }: Change,
): Promise<void> {
  for (const { rotate, secrets } of toldServices(stack, rotators))
    for (const { secret, key } of secrets) {
      const [old, next] = [from[key], to[key]];
      if (old === undefined || next === undefined) continue;
      await rotate(reach, { stack, secret, from: old, to: next }).catch((error: unknown) => {
        throw signal?.aborted ? error : untold(error);
      });
    }
}

/** The error of a service that did not take the new secret: final, or worth a retry, as any that is of no known kind. */
function untold(error: unknown): unknown {
  if (error instanceof ClusterError || !(error instanceof Error)) return error;
  const isFinal = error instanceof CheckFailed && error.final;
  const code = isFinal ? 'CLUSTER_REFUSED' : 'CLUSTER_AWAY';
  return new ClusterError(code, error.message, { reason: 'Refused' }, { cause: error });
}

/**
 * Replaces the live Secret. The kubelet caches an immutable one as long as any pod uses it, so all workloads are
 * deleted first.
 */
async function putInForce(
  cluster: Cluster,
  stack: Stack,
  next: SecretValues,
  { make, signal }: RotateOptions,
): Promise<StepResult<true>> {
  if (isSame(await liveSecret(cluster, stack, signal), next)) return { done: true };
  if (await isSecretImmutable(cluster, stack, signal)) {
    await unlessStale(async () => {
      const owned = await ownedObjects(cluster, stack, signal);
      const workloads = owned.filter(({ kind }) => kind === 'Deployment' || kind === 'StatefulSet');
      await deleteObjects(cluster, workloads, { unchangedSince: true, signal });
    });
    const ended = await podsEnded(cluster, stack, signal);
    if (!('done' in ended)) return ended;
  }
  await swapSecret(cluster, stack, next, { make, replace: true, signal });
  return { done: true };
}

const isSame = (live: SecretValues | undefined, next: SecretValues): boolean =>
  live !== undefined && Object.entries(next).every(([key, value]) => live[key] === value);
