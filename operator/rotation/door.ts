import { renderStack } from '../../charts-ts/render.ts';
import { toldServices, type Rotators } from '../../deploy/rotate.ts';
import { createMissing } from '../../deploy/create-missing.ts';
import { deleteObject } from '../../deploy/stack-objects.ts';
import type { KubeObject } from '../../kube/objects.ts';
import { keyOfObject } from '../../kube/objects.ts';
import { readObject } from '../../kube/server-side-apply.ts';
import type { Context } from '../reconcile/context.ts';
import type { Desired } from '../reconcile/desired.ts';

/**
 * The policies that admit the operator's pods to the services it tells a new secret. They are there only while a
 * rotation lasts. Not the resource but this owns them in the sense of a controller, so no other reconcile prunes them.
 */
export function doorOf({ render }: Context, desired: Desired, rotators: Rotators): KubeObject[] {
  const operatorDials = toldServices(desired.stack, rotators).map(({ service }) => service.name);
  if (operatorDials.length === 0) return [];
  const always = new Set(desired.objects.map(keyOfObject));
  return renderStack(desired.stack, {
    ...render,
    operatorDials,
    namespace: false,
    ownerReferences: [{ ...desired.owner, controller: false }],
  }).filter((object) => object.kind === 'NetworkPolicy' && !always.has(keyOfObject(object)));
}

/** Creates those of the policies that are not there. */
export async function open(
  { cluster }: Context,
  door: readonly KubeObject[],
  signal: AbortSignal,
): Promise<void> {
  await createMissing(cluster, door, signal);
}

export async function close(
  { cluster }: Context,
  door: readonly KubeObject[],
  signal: AbortSignal,
): Promise<void> {
  for (const policy of door) {
    const live = await readObject(cluster, policy, signal);
    if (live) await deleteObject(cluster, live, { unchangedSince: true, signal });
  }
}
