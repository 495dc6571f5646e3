import { generatedSecretKeys, stackSecretName } from '../model/environment.ts';
import type { Stack } from '../model/stack.ts';
import { apiGroup } from '../model/names.ts';
import { ApiError, ClusterError } from '../kube/cluster-error.ts';
import type { Cluster } from '../kube/cluster.ts';
import type { KubeObject } from '../kube/objects.ts';
import { unmarkedSecretText } from './ownership.ts';
import { deleteObject, stackSecretOf, type StackRef } from './stack-objects.ts';
import { readObject } from '../kube/server-side-apply.ts';

export type SecretValues = Readonly<Record<string, string>>;

/**
 * The Secret that stages new values. The stack's own may be immutable and is then recreated; a run that was interrupted
 * between its deletion and its creation finds the values here.
 */
export const nextSecretName = (stack: StackRef): string => `${stackSecretName(stack)}-next`;

/** An annotation of the next Secret: the progress of the rotation. */
const rotationMark = `${apiGroup}/rotation`;
type RotationStage = 'begun' | 'stores-told';

/** An annotation of the next Secret: when its rotation began. `creationTimestamp` has whole seconds. */
const begunMark = `${apiGroup}/rotation-begun`;

/** An annotation of both Secrets: the token an operator was asked to rotate with, of which the values are. */
const tokenMark = `${apiGroup}/rotated`;

/** The token of the rotation that made a Secret's values; undefined where no operator was asked for it. */
export const rotationToken = ({ metadata }: KubeObject): string | undefined =>
  metadata.annotations?.[tokenMark];

/** The same maker; its Secrets say for which token their values were made. */
export const madeFor = (token: string, make: SecretMaker): SecretMaker => ({
  ...make,
  object: (values) => annotated(make.object(values), { [tokenMark]: token }),
});

const annotated = (object: KubeObject, annotations: Readonly<Record<string, string>>): KubeObject => ({
  ...object,
  metadata: { ...object.metadata, annotations: { ...object.metadata.annotations, ...annotations } },
});

const nextSecretOf = (stack: StackRef): KubeObject => ({
  ...stackSecretOf(stack),
  metadata: { name: nextSecretName(stack), namespace: stack.namespace },
});

/** The values of a Secret as the API server has it, decoded. */
export function valuesIn(secret: object): SecretValues {
  const encoded = (secret as { data?: Record<string, string> }).data ?? {};
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
  const secret = await ownSecret(cluster, stack, signal);
  return secret && valuesIn(secret);
}

/** The stack's own Secret, if there is one. @throws ClusterError PREFLIGHT_FAILED where it is another's. */
export const ownSecret = async (
  cluster: Cluster,
  stack: StackRef,
  signal?: AbortSignal,
): Promise<KubeObject | undefined> => ofStack(stack, await readObject(cluster, stackSecretOf(stack), signal));

function ofStack(stack: StackRef, secret: KubeObject | undefined): KubeObject | undefined {
  const problem = secret && unmarkedSecretText(stack, secret);
  if (problem === undefined) return secret;
  throw new ClusterError('PREFLIGHT_FAILED', problem, { reason: 'NotOfThisStack' });
}

/** New values that are staged, and the progress of the rotation they belong to. */
export interface Staged {
  readonly values: SecretValues;
  readonly rotation: RotationStage | undefined;
  /** As `rotationToken`. */
  readonly token: string | undefined;
  /** When they were staged, RFC 3339. */
  readonly since: string | undefined;
}

/** The staged values, if any. */
export async function nextSecret(
  cluster: Cluster,
  stack: StackRef,
  signal?: AbortSignal,
): Promise<Staged | undefined> {
  const secret = ofStack(stack, await readObject(cluster, nextSecretOf(stack), signal));
  const stage = secret?.metadata.annotations?.[rotationMark];
  return (
    secret && {
      values: valuesIn(secret),
      rotation: stage === undefined ? undefined : stage === 'stores-told' ? stage : 'begun',
      token: rotationToken(secret),
      since: secret.metadata.annotations?.[begunMark] ?? secret.metadata.creationTimestamp,
    }
  );
}

/** Records that the services which store secrets themselves have the new ones. */
export async function markStoresTold(cluster: Cluster, stack: StackRef, signal?: AbortSignal): Promise<void> {
  const { api, discovery, fieldManager } = cluster;
  const staged = await readObject(cluster, nextSecretOf(stack), signal);
  const { resourceVersion } = staged?.metadata ?? {};
  await api.request('PATCH', await discovery.pathOf(nextSecretOf(stack)), {
    query: { fieldManager },
    contentType: 'application/merge-patch+json',
    body: {
      metadata: { resourceVersion, annotations: { [rotationMark]: 'stores-told' satisfies RotationStage } },
    },
    signal,
  });
}

/**
 * Whether the live Secret is immutable, as `cdk8s synth` makes it. The kubelet caches it while any pod of its node uses
 * it: new values of the same name reach only pods that start when all others are gone.
 */
export async function isSecretImmutable(
  cluster: Cluster,
  stack: StackRef,
  signal?: AbortSignal,
): Promise<boolean> {
  return (await readObject(cluster, stackSecretOf(stack), signal))?.['immutable'] === true;
}

/** Makes values, and a Secret out of values. */
export interface SecretMaker {
  readonly value: () => string;
  readonly object: (values: SecretValues) => KubeObject;
  /** Throws where a Secret of the name is another's, besides what has not the stack's labels. */
  readonly assertOurs?: (found: KubeObject) => void;
  /** Throws where no values of these keys may be made although they are not there. */
  readonly assertNew?: (keys: readonly string[]) => Promise<void>;
}

/**
 * Ensures that the stack's own Secret exists with every key the stack needs: live values are never changed, missing
 * keys are added. Does nothing for a stack that generates no secret.
 * @returns the Secret that was there; undefined where there was none.
 * @throws ClusterError PREFLIGHT_FAILED when the Secret is another's, or a rotation was interrupted: only the rotation can
 * finish it. What `make.assertOurs` and `make.assertNew` throw.
 */
export async function ensureSecret(
  cluster: Cluster,
  stack: Stack,
  make: SecretMaker,
  signal?: AbortSignal,
): Promise<KubeObject | undefined> {
  if (generatedSecretKeys(stack).length === 0) return undefined;
  const found = await ownSecret(cluster, stack, signal);
  if (found) make.assertOurs?.(found);
  const live = found && valuesIn(found);
  const next = await nextSecret(cluster, stack, signal);
  if (next?.rotation) throw halfRotated(stack);
  const known = live ?? next?.values ?? {};
  await assertNew(stack, known, make);
  const values = { ...live, ...completed(stack, known, make.value) };
  await complete(cluster, found, values, { make, stack, signal });
  if (next) await dropNextSecret(cluster, stack, signal);
  return found;
}

async function assertNew(stack: Stack, known: SecretValues, make: SecretMaker): Promise<void> {
  const lacking = generatedSecretKeys(stack).flatMap(({ key }) => (key in known ? [] : [key]));
  if (lacking.length > 0) await make.assertNew?.(lacking);
}

interface Completion {
  readonly stack: StackRef;
  readonly make: SecretMaker;
  readonly signal: AbortSignal | undefined;
}

/** Makes the Secret where there is none, else adds what it lacks. */
async function complete(
  cluster: Cluster,
  found: KubeObject | undefined,
  values: SecretValues,
  { stack, ...how }: Completion,
): Promise<void> {
  if (!found) return swapSecret(cluster, stack, values, { ...how, replace: false });
  if (!isWhole(valuesIn(found), values)) await addKeys(cluster, found, values, { ...how, stack });
}

/** One patch; an immutable Secret cannot get more keys and must be recreated, so its values are staged first. */
async function addKeys(
  cluster: Cluster,
  found: KubeObject,
  values: SecretValues,
  { stack, ...how }: Completion,
): Promise<void> {
  if (found['immutable'] !== true) {
    await cluster.api.request('PATCH', await cluster.discovery.pathOf(found), {
      query: { fieldManager: cluster.fieldManager },
      contentType: 'application/merge-patch+json',
      body: {
        metadata: { resourceVersion: found.metadata.resourceVersion },
        data: how.make.object(values)['data'],
      },
      signal: how.signal,
    });
    return;
  }
  await stageSecret(cluster, stack, values, { ...how, rotation: false });
  await swapSecret(cluster, stack, values, { ...how, replace: true });
  await dropNextSecret(cluster, stack, how.signal);
}

const isWhole = (live: SecretValues, values: SecretValues): boolean =>
  Object.keys(values).every((key) => key in live);

const halfRotated = (stack: StackRef): ClusterError =>
  new ClusterError(
    'PREFLIGHT_FAILED',
    `A rotation of the secrets was interrupted: Secret ${nextSecretName(stack)} holds values that not every service has yet.`,
    { reason: 'RotationUnfinished', object: `Secret ${nextSecretName(stack)}`, namespace: stack.namespace },
  );

/** The values a stack needs: the known ones, and new ones for the missing keys. */
export function completed(stack: Stack, known: SecretValues, value: () => string): SecretValues {
  return Object.fromEntries(generatedSecretKeys(stack).map(({ key }) => [key, known[key] ?? value()]));
}

/** Stages new values. What an earlier run staged is kept. @returns whether it staged these. */
export async function stageSecret(
  cluster: Cluster,
  stack: StackRef,
  values: SecretValues,
  { make, rotation, signal }: { make: SecretMaker; rotation: boolean; signal?: AbortSignal | undefined },
): Promise<boolean> {
  const secret = make.object(values);
  const staged = { ...secret, metadata: { ...secret.metadata, name: nextSecretName(stack) } };
  const marks = rotation
    ? { [rotationMark]: 'begun' satisfies RotationStage, [begunMark]: new Date().toISOString() }
    : {};
  return create(cluster, annotated(staged, marks), signal);
}

/**
 * Writes the staged values to the stack's Secret: in place, or, where it is immutable, by a new one of its name. If
 * another apply creates it first, that one's values stay.
 */
export async function swapSecret(
  cluster: Cluster,
  stack: StackRef,
  values: SecretValues,
  { make, replace, signal }: { make: SecretMaker; replace: boolean; signal?: AbortSignal | undefined },
): Promise<void> {
  const secret = make.object(values);
  const live = replace ? await readObject(cluster, stackSecretOf(stack), signal) : undefined;
  if (live && live['immutable'] !== true) return overwrite(cluster, live, secret, signal);
  if (live) await deleteObject(cluster, live, { unchangedSince: true, signal });
  await create(cluster, secret, signal);
}

/** Who owns the Secret, and its labels of others, stay as they are. */
async function overwrite(
  { api, discovery, fieldManager }: Cluster,
  live: KubeObject,
  { metadata, data }: KubeObject,
  signal?: AbortSignal,
): Promise<void> {
  const { resourceVersion } = live.metadata;
  const { labels, annotations } = metadata;
  const stale = Object.fromEntries(Object.keys(valuesIn(live)).map((key) => [key, null]));
  await api.request('PATCH', await discovery.pathOf(live), {
    query: { fieldManager },
    contentType: 'application/merge-patch+json',
    body: { metadata: { resourceVersion, labels, annotations }, data: { ...stale, ...(data as object) } },
    signal,
  });
}

export async function dropNextSecret(cluster: Cluster, stack: StackRef, signal?: AbortSignal): Promise<void> {
  const staged = await readObject(cluster, nextSecretOf(stack), signal);
  if (staged) await deleteObject(cluster, staged, { unchangedSince: true, signal });
}

/** Creates the Secret; an existing one stays as it is. @returns whether it was created. */
async function create(
  { api, discovery, fieldManager }: Cluster,
  secret: KubeObject,
  signal?: AbortSignal,
): Promise<boolean> {
  const path = await discovery.collectionOf(secret.apiVersion, secret.kind, secret.metadata.namespace);
  const query = { fieldManager, fieldValidation: 'Strict' };
  try {
    await api.request('POST', path, { query, body: secret, signal });
    return true;
  } catch (error) {
    if (!(error instanceof ApiError && error.reason === 'AlreadyExists')) throw error;
    return false;
  }
}
