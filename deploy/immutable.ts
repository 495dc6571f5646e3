import { randomBytes } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { ApiError, type ClusterError } from '../kube/cluster-error.ts';
import { nameOf, type KubeObject } from '../kube/objects.ts';
import type { Cluster } from '../kube/cluster.ts';
import { applyObject } from '../kube/server-side-apply.ts';
import { shownAnswer } from '../model/redact-object.ts';
import { takenNodePorts } from './node-ports.ts';

/** Immutable fields by kind, besides claims (deploy/volume-claims.ts). */
const fixedFields: Readonly<Record<string, readonly string[]>> = {
  StatefulSet: ['selector', 'serviceName', 'podManagementPolicy'],
  Deployment: ['selector'],
};

/** Why the API server refused a change, a sentence each: the field, both values, and what to do. */
export async function refusalsOf(
  cluster: Cluster,
  desired: KubeObject,
  live: KubeObject | undefined,
  error: ApiError,
): Promise<string[]> {
  const taken = await takenNodePorts(cluster, desired);
  if (taken.length > 0) return taken;
  const fixed = live ? fixedChanges(desired, live) : [];
  if (fixed.length > 0) return fixed;
  const isFixed = live !== undefined && (await isCreatable(cluster, desired));
  return [`${nameOf(desired)}: ${shownAnswer(error.said)}${isFixed ? ` ${remedy}` : ''}`];
}

/** What is refused as a change and accepted as a new object is a field that is fixed. False where that cannot be asked. */
async function isCreatable(cluster: Cluster, desired: KubeObject): Promise<boolean> {
  const name = `${cluster.fieldManager}-${randomBytes(4).toString('hex')}`;
  const another = { ...desired, metadata: { ...desired.metadata, name } };
  return applyObject(cluster, another, { dryRun: true }).then(
    () => true,
    () => false,
  );
}

const remedy =
  'The field is immutable. To change it, delete the object (volumes and Secrets stay), then apply again.';

function fixedChanges(desired: KubeObject, live: KubeObject): string[] {
  const [before, after] = [live['spec'], desired['spec']] as Record<string, unknown>[];
  return (fixedFields[desired.kind] ?? [])
    .filter((field) => after?.[field] !== undefined && !isDeepStrictEqual(before?.[field], after[field]))
    .map(
      (field) =>
        `${nameOf(desired)}: spec.${field} cannot change from ${JSON.stringify(before?.[field])} to ${JSON.stringify(after?.[field])}. ${remedy}`,
    );
}

/** Whether an error refuses this object, rather than reports an API server that cannot be asked. */
export const isRefusal = (error: unknown): error is ApiError =>
  error instanceof ApiError && (error.code satisfies ClusterError['code']) === 'CLUSTER_REFUSED';
