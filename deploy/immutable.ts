import { isDeepStrictEqual } from 'node:util';
import { ApiError, type ClusterError } from '../kube/cluster-error.ts';
import { nameOf, type KubeObject } from '../kube/objects.ts';
import type { Cluster } from '../kube/cluster.ts';
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
  return taken.length > 0 ? taken : [refusalOf(desired, live, error)];
}

function refusalOf(desired: KubeObject, live: KubeObject | undefined, error: ApiError): string {
  const fixed = live ? fixedChanges(desired, live) : [];
  if (fixed.length > 0) return fixed.join('\n');
  const immutable = /immutable|may not change|forbidden: updates to/.test(error.said);
  return `${nameOf(desired)}: ${error.said}${immutable ? ` ${remedy}` : ''}`;
}

const remedy =
  'The field is immutable. To change it: "mooring down" (volumes and secrets are kept), then apply again.';

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
