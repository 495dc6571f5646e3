import { liveSecret } from '../../deploy/secret.ts';
import { stackSecretOf, type StackRef } from '../../deploy/stack-objects.ts';
import { ClusterError } from '../../kube/cluster-error.ts';
import { podTemplateOf } from '../../kube/kinds.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { readObject } from '../../kube/server-side-apply.ts';
import type { Observed } from './observed.ts';

/**
 * Refuses to make a Secret anew that was deleted: stores keep their passwords in their volumes, so new ones would lock
 * every new pod out. It was there where a live workload takes its environment from it.
 * @param live the stack's own objects.
 * @throws ClusterError PREFLIGHT_FAILED, SecretLost.
 */
export async function assertNeverMade(
  cluster: Cluster,
  stack: StackRef,
  live: readonly Observed[],
  signal: AbortSignal,
): Promise<void> {
  const { name } = stackSecretOf(stack).metadata;
  for (const workload of live.filter(({ rollout, isEnding }) => rollout !== undefined && !isEnding))
    if (await takesFrom(cluster, workload, name, signal)) throw lost(stack);
}

async function takesFrom(
  cluster: Cluster,
  { apiVersion, kind, name, namespace }: Observed,
  secret: string,
  signal: AbortSignal,
): Promise<boolean> {
  const live = await readObject(cluster, { apiVersion, kind, metadata: { name, namespace } }, signal);
  return (
    live !== undefined && JSON.stringify(podTemplateOf(live)).includes(`"name":${JSON.stringify(secret)}`)
  );
}

function lost(stack: StackRef): ClusterError {
  const { name } = stackSecretOf(stack).metadata;
  return new ClusterError(
    'PREFLIGHT_FAILED',
    `Secret ${name} was deleted. No new one is made: the stores keep the passwords that it held in their volumes, and running pods have them in their environment. ` +
      `Restore it from a backup, or make it of what the pods have (kubectl -n ${stack.namespace} exec POD -- env).`,
    { reason: 'SecretLost' },
  );
}

/** So often it is looked for in a stack that is as rendered: the operator may not watch Secrets. */
const lookEveryMs = 60_000;
/** An event of the stack has it looked for, at most so often. */
const lookAgainMs = 2_000;

/** When each stack's Secret was seen last. */
export class SecretLooks {
  readonly #seenAt = new Map<string, number>();

  /** Whether the Secret of a stack is there, as it was seen of late. @param key `<namespace>/<name>`. */
  async isThere(cluster: Cluster, key: string, signal: AbortSignal): Promise<boolean> {
    if (performance.now() - (this.#seenAt.get(key) ?? -Infinity) < lookAgainMs) return true;
    const [namespace = '', name = ''] = key.split('/');
    const isThere = (await liveSecret(cluster, { namespace, name }, signal)) !== undefined;
    if (isThere) this.saw(key);
    return isThere;
  }

  /** It was there, or made, a moment ago. */
  saw(key: string): void {
    this.#seenAt.set(key, performance.now());
  }

  forget(key: string): void {
    this.#seenAt.delete(key);
  }
}

/** When a stack's Secret is looked for again. */
export const nextLook = { requeueAfterMs: lookEveryMs } as const;
