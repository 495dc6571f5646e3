import { generatedSecretKeys, stackSecretName } from '../contract/environment.ts';
import type { Stack } from '../contract/model.ts';
import { ApiError, ClusterError } from './cluster-error.ts';
import { fieldManager, type Cluster } from './cluster.ts';
import type { KubeObject } from './objects.ts';
import { stackSecretOf, type StackRef } from './owned.ts';
import { readObject } from './server-side-apply.ts';

export type SecretValues = Readonly<Record<string, string>>;

/**
 * The Secret that holds new values while they take the place of the old ones. The stack's own is immutable and has to
 * be made anew; whoever is cut off between its end and its return finds the values here.
 */
export const nextSecretName = (stack: StackRef): string => `${stackSecretName(stack)}-next`;

const nextSecretOf = (stack: StackRef): KubeObject => ({
  ...stackSecretOf(stack),
  metadata: { name: nextSecretName(stack), namespace: stack.namespace },
});

function valuesIn(secret: KubeObject): SecretValues {
  const encoded = (secret['data'] ?? {}) as Record<string, string>;
  return Object.fromEntries(
    Object.entries(encoded).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]),
  );
}

/** The values of the stack's own Secret by key, or `undefined` when there is none. */
export async function liveSecret(
  cluster: Cluster,
  stack: StackRef,
  signal?: AbortSignal,
): Promise<SecretValues | undefined> {
  const secret = await readObject(cluster, stackSecretOf(stack), signal);
  return secret && valuesIn(secret);
}

/** The values that wait to take the place of the live ones, if any do. */
export async function nextSecret(
  cluster: Cluster,
  stack: StackRef,
  signal?: AbortSignal,
): Promise<SecretValues | undefined> {
  const secret = await readObject(cluster, nextSecretOf(stack), signal);
  return secret && valuesIn(secret);
}

/** What makes a value, and a Secret out of values. */
export interface SecretMaker {
  readonly value: () => string;
  readonly object: (values: SecretValues) => KubeObject;
}

/**
 * Sees to it that the stack's own Secret is there with every key the stack needs: the live one is kept, its values are
 * never changed; a key that is missing is added. Answers every value.
 */
export async function ensureSecret(
  cluster: Cluster,
  stack: Stack,
  make: SecretMaker,
  signal?: AbortSignal,
): Promise<SecretValues> {
  const live = await liveSecret(cluster, stack, signal);
  const next = await nextSecret(cluster, stack, signal);
  if (live && next) refuseHalfRotated(stack, live, next);
  const values = completed(stack, live ?? next ?? {}, make.value);
  if (!live && !(await create(cluster, make.object(values), signal)))
    // Another apply was faster, and its values count.
    return ensureSecret(cluster, stack, make, signal);
  if (live && Object.keys(values).some((key) => !(key in live)))
    await replaceSecret(cluster, stack, { ...live, ...values }, { make, signal });
  if (next) await dropNextSecret(cluster, stack, signal);
  return values;
}

/** Neo4j may know the new password already, or not yet: only a rotation knows how to go on. */
function refuseHalfRotated(stack: StackRef, live: SecretValues, next: SecretValues): void {
  if (Object.entries(live).every(([key, value]) => (next[key] ?? value) === value)) return;
  throw new ClusterError(
    'PREFLIGHT_FAILED',
    `A rotation of the secrets was cut off: Secret ${nextSecretName(stack)} holds values that are not in force yet. Finish it first: mooring secrets rotate`,
  );
}

/** The values a stack needs: those known, and new ones for the keys nobody has yet. */
export function completed(stack: Stack, known: SecretValues, value: () => string): SecretValues {
  return Object.fromEntries(generatedSecretKeys(stack).map(({ key }) => [key, known[key] ?? value()]));
}

/** Puts other values in place of the live ones; cut off anywhere, the values are still in one Secret or the other. */
export async function replaceSecret(
  cluster: Cluster,
  stack: StackRef,
  values: SecretValues,
  { make, signal }: { make: SecretMaker; signal?: AbortSignal | undefined },
): Promise<void> {
  await stageSecret(cluster, stack, values, { make, signal });
  const { api, discovery } = cluster;
  await api.request('DELETE', await discovery.pathOf(stackSecretOf(stack)), { accept: [404], signal });
  await create(cluster, make.object(values), signal);
  await dropNextSecret(cluster, stack, signal);
}

/** Writes down values that are to take the place of the live ones. What another run wrote down before is kept. */
export async function stageSecret(
  cluster: Cluster,
  stack: StackRef,
  values: SecretValues,
  { make, signal }: { make: SecretMaker; signal?: AbortSignal | undefined },
): Promise<void> {
  const staged = make.object(values);
  await create(cluster, { ...staged, metadata: { ...staged.metadata, name: nextSecretName(stack) } }, signal);
}

export async function dropNextSecret(
  { api, discovery }: Cluster,
  stack: StackRef,
  signal?: AbortSignal,
): Promise<void> {
  await api.request('DELETE', await discovery.pathOf(nextSecretOf(stack)), { accept: [404], signal });
}

/** Creates, never overwrites. @returns false when somebody else was faster. */
async function create(
  { api, discovery }: Cluster,
  secret: KubeObject,
  signal?: AbortSignal,
): Promise<boolean> {
  const path = await discovery.collectionOf(secret.apiVersion, secret.kind, secret.metadata.namespace);
  try {
    await api.request('POST', path, {
      query: { fieldManager, fieldValidation: 'Strict' },
      body: secret,
      signal,
    });
    return true;
  } catch (error) {
    if (error instanceof ApiError && error.reason === 'AlreadyExists') return false;
    throw error;
  }
}
