import type { StorageClassList } from 'kubernetes-types/storage/v1.js';
import { claimNames, claimsOf, replicasOf } from '../volume-claims.ts';
import type { Cluster } from '../../kube/cluster.ts';
import type { KubeObject } from '../../kube/objects.ts';

const defaultMark = 'storageclass.kubernetes.io/is-default-class';

/** StorageClasses that the stack's claims need and the cluster lacks. An existing claim needs none. */
export async function missingStorage(
  cluster: Cluster,
  objects: readonly KubeObject[],
  signal?: AbortSignal,
): Promise<string[]> {
  const needed = await classesNeeded(cluster, objects, signal);
  if (needed.size === 0) return [];
  const path = '/apis/storage.k8s.io/v1/storageclasses';
  const { status, json } = await cluster.api.request('GET', path, { accept: [403], signal });
  // Without permission to list the classes this is unknown; the rollout will show it.
  if (status === 403) return [];
  const classes = (json as StorageClassList).items;
  const names = classes.map(({ metadata }) => metadata?.name ?? '');
  const hasDefault = classes.some(({ metadata }) => metadata?.annotations?.[defaultMark] === 'true');
  return [...needed].flatMap(([name, claims]) => {
    if (name === '' ? hasDefault : names.includes(name)) return [];
    const have = names.length > 0 ? `it has ${names.join(', ')}` : 'it has none at all';
    return name === ''
      ? [
          `a default StorageClass for ${claims.join(', ')} (${have}): mark one as default, or name one in the document`,
        ]
      : [`StorageClass "${name}" for ${claims.join(', ')} (${have})`];
  });
}

/** Class name (empty for the default one) → the claims to be made of it. */
async function classesNeeded(
  { api }: Cluster,
  objects: readonly KubeObject[],
  signal?: AbortSignal,
): Promise<Map<string, string[]>> {
  const wanted = objects
    .filter(({ kind }) => kind === 'StatefulSet')
    .flatMap((set) =>
      claimsOf(set).flatMap((claim) =>
        claimNames(set, claim.metadata.name, replicasOf(set)).map((name) => ({
          name,
          namespace: set.metadata.namespace ?? '',
          storageClass: claim.spec.storageClassName ?? '',
        })),
      ),
    );
  const statuses = await Promise.all(
    wanted.map(async ({ name, namespace }) => {
      const path = `/api/v1/namespaces/${namespace}/persistentvolumeclaims/${name}`;
      return (await api.request('GET', path, { accept: [403, 404], signal })).status;
    }),
  );
  const absent = wanted.filter((_, index) => statuses[index] === 404);
  const byClass = Map.groupBy(absent, ({ storageClass }) => storageClass);
  return new Map(
    [...byClass].map(([storageClass, claims]) => [storageClass, claims.map(({ name }) => name)]),
  );
}
