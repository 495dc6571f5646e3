import { restartedServices, rotateStep, type Rotators } from '../../deploy/rotate.ts';
import { liveSecret, madeFor, nextSecret, rotationToken, type Staged } from '../../deploy/secret.ts';
import { stackSecretOf } from '../../deploy/stack-objects.ts';
import { ClusterError } from '../../kube/cluster-error.ts';
import { podTemplateOf } from '../../kube/kinds.ts';
import { readObject } from '../../kube/server-side-apply.ts';
import { generatedSecretKeys } from '../../model/environment.ts';
import { workloadName } from '../../model/names.ts';
import { maskSecrets } from '../../model/redact.ts';
import { longestMessage } from '../manifests/status-schema.ts';
import type { Pass } from '../reconcile/apply-objects.ts';
import type { Context } from '../reconcile/context.ts';
import { lateText } from '../reconcile/late.ts';
import { projectObject } from '../reconcile/observed.ts';
import type { RotationStatus } from '../reconcile/resource.ts';
import { assertOwnSecret, ensureOwnSecret, ownSecretMaker } from '../reconcile/secret.ts';
import { close, doorOf, open } from './door.ts';
import { askedToken, isUnderWay } from './token.ts';

export interface RotationPass extends Pass {
  readonly rotators: Rotators;
}

/** How far a rotation came. */
export interface Rotation {
  readonly status: RotationStatus;
  /** No object may be applied now: pods that would start get values that are about to be replaced. */
  readonly isBlocking: boolean;
  /** When to take it up again, in milliseconds; absent: when something changes. */
  readonly requeueAfterMs?: number;
}

/** A service that is not up, or a policy that the network has not learned yet. */
const waitingMs = 5_000;

/** What failed has to be mended by people; a store that is asked too often with a wrong password refuses all. */
const failedMs = 60_000;

/**
 * One step of the rotation that a resource asks for. It takes up what an earlier step, or an earlier process, left: what
 * is staged in the cluster says how far it is, and the live Secret for which token its values were made.
 * @throws ClusterError CLUSTER_CONFLICT where another writer was faster; any error but a ClusterError.
 */
export async function rotate(context: Context, pass: RotationPass): Promise<Rotation> {
  const { resource, desired, signal } = pass;
  await assertOwnSecret(context.cluster, pass);
  const staged = await nextSecret(context.cluster, desired.stack, signal);
  const asked = askedToken(resource);
  if (staged?.rotation) {
    // One that another command began has no token: it counts for what is asked now.
    const token = staged.token ?? asked ?? resource.status?.rotation?.token ?? '';
    return step(context, pass, { token, staged });
  }
  // One whose values are in force is waited for, also where it is no longer asked for.
  const begun = asked ?? tokenUnderWay(resource);
  if (begun !== undefined && (await isMadeFor(context, pass, begun))) return done(context, pass, begun);
  await ensureOwnSecret(context.cluster, pass);
  if (asked === undefined) return cancelled(context, pass);
  return step(context, pass, { token: asked });
}

/** Whether the live values were made for a token. A Secret that is not there yet is made for it. */
async function isMadeFor({ cluster }: Context, pass: Pass, token: string): Promise<boolean> {
  const { desired, signal } = pass;
  if (generatedSecretKeys(desired.stack).length === 0) return false;
  const live = await readObject(cluster, stackSecretOf(desired.stack), signal);
  if (live) return rotationToken(live) === token;
  await ensureOwnSecret(cluster, pass, madeFor(token, ownSecretMaker(desired)));
  return true;
}

/** What is to be rotated, and what of it is staged. */
interface Begun {
  readonly token: string;
  readonly staged?: Staged;
}

async function step(context: Context, pass: RotationPass, begun: Begun): Promise<Rotation> {
  const { token, staged } = begun;
  const before = pass.resource.status?.rotation;
  // The status says that it has begun before anything else is written.
  if (before?.token !== token || !isUnderWay(before))
    return { status: statusOf(pass, token, 'Rotating'), isBlocking: staged !== undefined, requeueAfterMs: 1 };
  const paused = staged ? [] : pausedWorkloads(pass);
  if (paused.length > 0) {
    const why = `${paused.join(', ')} would restart, and is to be left as it is, by annotation.`;
    return { status: statusOf(pass, token, 'Waiting', why), isBlocking: false };
  }
  try {
    return await attempt(context, pass, begun);
  } catch (error) {
    if (!(error instanceof ClusterError) || error.code === 'CLUSTER_CONFLICT') throw error;
    return stopped(context, pass, { token, error });
  }
}

const pausedWorkloads = ({ live }: Pass): string[] =>
  live
    .filter(({ isPaused, rollout }) => isPaused && rollout)
    .map(({ kind, name }) => `${kind} ${name}`)
    .sort();

async function attempt(context: Context, pass: RotationPass, { token, staged }: Begun): Promise<Rotation> {
  const { desired, rotators, signal } = pass;
  if (staged?.rotation !== 'stores-told') await open(context, doorOf(context, desired, rotators), signal);
  const result = await rotateStep(context.cluster, desired.stack, {
    make: madeFor(token, ownSecretMaker(desired)),
    rotators,
    objects: desired.objects,
    reach: context.reachOf(desired.stack, signal),
    signal,
  });
  if ('done' in result) return done(context, pass, token);
  const { pending, requeueAfterMs } = result;
  return { status: statusOf(pass, token, 'Rotating', pending), isBlocking: true, requeueAfterMs };
}

/** For what can be mended: it goes on where it stopped. */
async function stopped(
  context: Context,
  pass: RotationPass,
  { token, error }: { readonly token: string; readonly error: ClusterError },
): Promise<Rotation> {
  const { cluster } = context;
  const { resource, desired, signal } = pass;
  const staged = await nextSecret(cluster, desired.stack, signal);
  const live = await liveSecret(cluster, desired.stack, signal);
  const secrets = [staged?.values ?? {}, live ?? {}].flatMap((values) => Object.values(values));
  const isFailed = ['CLUSTER_REFUSED', 'PREFLIGHT_FAILED'].includes(error.code);
  const phase = isFailed ? 'Failed' : 'Waiting';
  const status = statusOf(pass, token, phase, maskSecrets(error.message, secrets));
  if (isFailed && resource.status?.rotation?.phase !== 'Failed')
    await context.record(resource, {
      type: 'Warning',
      reason: 'RotationFailed',
      message: `The rotation "${token}" failed: ${status.message}`,
    });
  return {
    status,
    isBlocking: staged?.rotation === 'stores-told',
    requeueAfterMs: isFailed ? failedMs : waitingMs,
  };
}

function tokenUnderWay({ status }: RotationPass['resource']): string | undefined {
  const { rotation } = status ?? {};
  return rotation && isUnderWay(rotation) ? rotation.token : undefined;
}

/**
 * Done once the pods that began with the new values are ready. The status is written last: a process that ends before
 * comes here again.
 */
async function done(context: Context, pass: RotationPass, token: string): Promise<Rotation> {
  const { resource, desired, rotators, signal } = pass;
  await close(context, doorOf(context, desired, rotators), signal);
  const before = resource.status?.rotation;
  if (before?.token === token && isUnderWay(before)) {
    const late = await lateWorkloads(context, pass);
    if (late.length > 0)
      return {
        status: statusOf(pass, token, 'Rotating', `The new values are in force. ${late.join(' ')}`),
        isBlocking: false,
        requeueAfterMs: waitingMs,
      };
    const keys = generatedSecretKeys(desired.stack).map(({ key }) => key);
    await context.record(resource, {
      type: 'Normal',
      reason: 'SecretsRotated',
      message: `The rotation "${token}" is done: ${keys.join(', ')} are new.`,
    });
  }
  return { status: statusOf(pass, token, 'Done'), isBlocking: false };
}

/** The restarted workloads that have not rolled out, a sentence each. The cache may be behind the restart. */
async function lateWorkloads(
  { cluster }: Context,
  { desired, rotators, signal }: RotationPass,
): Promise<string[]> {
  const names = restartedServices(desired.stack, rotators).map((name) =>
    workloadName(desired.stack.name, name),
  );
  const restarted = desired.objects.filter(
    (object) => podTemplateOf(object) !== undefined && names.includes(object.metadata.name),
  );
  const live = await Promise.all(restarted.map((object) => readObject(cluster, object, signal)));
  return live.flatMap((object) => (object && lateText(projectObject(object))) ?? []);
}

/** It is no longer asked for, and nothing was staged. */
async function cancelled(context: Context, pass: RotationPass): Promise<Rotation> {
  const { resource, desired, rotators, signal } = pass;
  await close(context, doorOf(context, desired, rotators), signal);
  const { token = '' } = resource.status?.rotation ?? {};
  return { status: statusOf(pass, token, 'Cancelled'), isBlocking: false };
}

/** A phase that goes on keeps its time. */
function statusOf(
  { resource }: Pass,
  token: string,
  phase: RotationStatus['phase'],
  message = '',
): RotationStatus {
  const before = resource.status?.rotation;
  const isSame = before?.token === token && before.phase === phase;
  const time = isSame ? before.time : new Date().toISOString();
  return { token, phase, message: message.slice(0, longestMessage), time };
}
