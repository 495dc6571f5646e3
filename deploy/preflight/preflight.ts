import type { Namespace } from 'kubernetes-types/core/v1.js';
import type { Stack } from '../../model/stack.ts';
import { namespaceTerminating } from '../../kube/api-errors.ts';
import { ClusterError } from '../../kube/cluster-error.ts';
import type { Cluster } from '../../kube/cluster.ts';
import type { KubeObject } from '../../kube/objects.ts';
import { readObject } from '../../kube/server-side-apply.ts';
import { missingPermissions } from './permissions.ts';
import { missingQuota } from './quota.ts';
import { missingSecrets } from './secrets.ts';
import { missingStorage } from './storage.ts';

/** The state of the namespace before an apply. */
export type NamespaceState = 'absent' | 'there';

/** @throws ClusterError NAMESPACE_ENDING when it is being deleted. */
export async function namespaceState(
  { api }: Cluster,
  name: string,
  signal?: AbortSignal,
): Promise<NamespaceState> {
  // Without permission to read it, the later requests show whether it exists.
  const { status, json } = await api.request('GET', `/api/v1/namespaces/${name}`, {
    accept: [403, 404],
    signal,
  });
  if (status === 404) return 'absent';
  const phase = (json as Namespace).status?.phase;
  if (phase !== 'Terminating') return 'there';
  throw namespaceTerminating(name);
}

/**
 * Checks, before anything is changed, what the cluster lacks: kinds, permissions, storage classes, Secrets the user
 * manages, quotas.
 * @throws ClusterError PREFLIGHT_FAILED with all of it, or CLUSTER_DENIED where only permissions are missing.
 */
export async function preflight(
  cluster: Cluster,
  stack: Stack,
  objects: readonly KubeObject[],
  signal?: AbortSignal,
): Promise<NamespaceState> {
  const { namespace } = stack;
  const state = await namespaceState(cluster, namespace, signal);
  const permissions = await missingPermissions(cluster, objects, namespace, signal);
  if (permissions.length > 0) throw lacking(cluster, 'CLUSTER_DENIED', permissions);
  const isNamespaceMissing = state === 'absent' && !objects.some(({ kind }) => kind === 'Namespace');
  const [kinds, ...others] = await Promise.all([
    missingKinds(cluster, objects),
    missingStorage(cluster, objects, signal),
    missingSecrets(cluster, stack, signal),
    state === 'there'
      ? missingQuota(cluster, () => absentOf(cluster, objects, signal), namespace, signal)
      : Promise.resolve([]),
  ]);
  const problems = [
    ...kinds,
    ...(isNamespaceMissing
      ? [`namespace "${namespace}", which the document says must exist (spec.createNamespace is false)`]
      : []),
    ...others.flat(),
  ];
  if (problems.length > 0) throw lacking(cluster, 'PREFLIGHT_FAILED', problems);
  return state;
}

function lacking(
  { api }: Cluster,
  code: 'CLUSTER_DENIED' | 'PREFLIGHT_FAILED',
  problems: string[],
): ClusterError {
  const who = code === 'CLUSTER_DENIED' ? `The user of context "${api.context}"` : 'The cluster';
  return new ClusterError(
    code,
    `${who} lacks what this stack needs; nothing was changed:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`,
    { reason: 'RequirementsMissing', context: api.context },
  );
}

async function missingKinds({ discovery }: Cluster, objects: readonly KubeObject[]): Promise<string[]> {
  const kinds = new Map(objects.map((object) => [`${object.kind} of ${object.apiVersion}`, object]));
  const served = await Promise.all(
    [...kinds].map(async ([name, { apiVersion, kind }]) => ({
      name,
      found: await discovery.find(apiVersion, kind),
    })),
  );
  return served
    .filter(({ found }) => !found)
    .map(({ name }) => `the kind ${name}, which its API server does not serve`);
}

async function absentOf(
  cluster: Cluster,
  objects: readonly KubeObject[],
  signal?: AbortSignal,
): Promise<KubeObject[]> {
  const live = await Promise.all(objects.map((object) => readObject(cluster, object, signal)));
  return objects.filter((_, index) => live[index] === undefined);
}
