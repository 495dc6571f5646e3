import { generatedSecretKeys, stackSecretName } from '../model/environment.ts';
import type { Stack } from '../model/stack.ts';
import { ClusterError } from '../kube/cluster-error.ts';
import type { Cluster } from '../kube/cluster.ts';
import type { KubeObject } from '../kube/objects.ts';
import { ownedObjects } from './stack-objects.ts';
import { restart } from './restart.ts';
import { completed, dropNextSecret, isSecretImmutable, liveSecret, markStoresTold, nextSecret, stageSecret, swapSecret, type SecretMaker, type SecretValues, nextSecretName } from './secret.ts';
import { applyObject, readObject } from '../kube/server-side-apply.ts';
import { secretProblems } from '../model/secret-problems.ts';
import { takeDown } from './take-down.ts';

export interface RotateOptions {
  readonly make: SecretMaker;
  /**
   * Tells the stores that keep a password in their volume. Called again after a cut, so the store may know the new
   * value already.
   */
  readonly tellStores: (from: SecretValues, to: SecretValues) => Promise<void>;
  /** The services whose pods must start anew to read the new values. */
  readonly restarted: readonly string[];
  /** Everything of the stack but its Secret, in order: what had to go comes back from these. */
  readonly objects: readonly KubeObject[];
  readonly onWaiting: (line: string) => void;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Gives a stack new secrets. Each step finds out how far an earlier run came: the new values are written down before
 * anybody is told, and forgotten only when everybody was.
 * @throws ClusterError when the stack has no secrets of its own, or was never applied.
 */
export async function rotateSecrets(
  cluster: Cluster,
  stack: Stack,
  options: RotateOptions,
): Promise<{ keys: string[]; resumed: boolean }> {
  const { make, tellStores, restarted, signal } = options;
  const { keys, live, begun } = await rotatable(cluster, stack, signal);
  if (begun?.rotation) refuseUnusable(stack, begun.values);
  const next = begun?.rotation ? begun.values : completed(stack, {}, make.value);
  if (begun && !begun.rotation) await dropNextSecret(cluster, stack, signal);
  await stageSecret(cluster, stack, next, { make, rotation: true, signal });
  if (begun?.rotation !== 'stores-told') {
    await tellStores(live ?? next, next);
    await markStoresTold(cluster, stack, signal);
  }
  await putInForce(cluster, stack, next, options);
  await restart(cluster, stack, restarted, signal);
  await dropNextSecret(cluster, stack, signal);
  return { keys, resumed: begun?.rotation !== undefined };
}

export interface Rotatable {
  /** Of the stack's own Secret. */
  readonly keys: string[];
  /** The values in force; `undefined` where a rotation was cut off between the old Secret and the new one. */
  readonly live: SecretValues | undefined;
  readonly begun: Awaited<ReturnType<typeof nextSecret>>;
}

/** What there is to rotate, and how far an earlier run came; nothing is changed. Throws as `rotateSecrets` does. */
export async function rotatable(cluster: Cluster, stack: Stack, signal?: AbortSignal): Promise<Rotatable> {
  const keys = generatedSecretKeys(stack).map(({ key }) => key);
  const live = await liveSecret(cluster, stack, signal);
  const begun = await nextSecret(cluster, stack, signal);
  refuseNothing(stack, keys, live ?? begun?.values);
  return { keys, live, begun };
}

async function putInForce(
  cluster: Cluster,
  stack: Stack,
  next: SecretValues,
  options: RotateOptions,
): Promise<void> {
  const { make, objects, signal, onWaiting } = options;
  if (!isSame(await liveSecret(cluster, stack, signal), next)) {
    if (await isSecretImmutable(cluster, stack, signal)) {
      const workloads = (await ownedObjects(cluster, stack, signal)).filter(({ kind }) =>
        /^(Deployment|StatefulSet)$/.test(kind),
      );
      await takeDown(cluster, stack, workloads, { signal, onRemoved: () => undefined, onWaiting });
    }
    await swapSecret(cluster, stack, next, { make, replace: true, signal });
  }
  // What went a moment ago, or in a run that was cut off.
  for (const object of objects)
    if ((await readObject(cluster, object, signal)) === undefined)
      await applyObject(cluster, object, { signal });
}

/** A staged value that was edited by hand would end a store's start after the old one is gone. */
function refuseUnusable(stack: Stack, staged: SecretValues): void {
  const problems = secretProblems(stack, stackSecretName(stack), staged);
  if (problems.length > 0)
    throw new ClusterError(
      'PREFLIGHT_FAILED',
      `Secret "${nextSecretName(stack)}", whose values this rotation puts in force, holds what a store could not take: ${problems.join('; ')}. Nothing was changed; correct it, or delete it to begin with new values.`,
    );
}

function refuseNothing(stack: Stack, keys: readonly string[], values: SecretValues | undefined): void {
  if (keys.length === 0)
    throw new ClusterError(
      'CLUSTER_REFUSED',
      `The stack "${stack.name}" has no secrets of its own: you keep them${stack.existingSecret ? ` in Secret "${stack.existingSecret}"` : ''}. Change them where you keep them, tell the stores, and restart the pods.`,
    );
  if (values === undefined)
    throw new ClusterError(
      'NOT_FOUND_IN_CLUSTER',
      `The stack "${stack.name}" has no Secret in namespace ${stack.namespace} yet; "mooring apply" makes it.`,
    );
}

const isSame = (live: SecretValues | undefined, next: SecretValues): boolean =>
  live !== undefined && Object.entries(next).every(([key, value]) => live[key] === value);
