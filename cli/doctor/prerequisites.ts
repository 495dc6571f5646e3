import type { StorageClass, StorageClassList } from 'kubernetes-types/storage/v1.js';
import type { Stack } from '../../model/stack.ts';
import { isClusterError } from '../../kube/cluster-error.ts';
import type { Cluster } from '../../kube/cluster.ts';
import type { PersistentVolumeClaim } from '../../kube/kinds.ts';
import { nameOf, type KubeObject } from '../../kube/objects.ts';
import { ownedClaims } from '../../deploy/stack-objects.ts';
import type { Check } from './check.ts';

/** What a stack needs of its cluster and cannot bring itself: storage, and metrics where something scales by them. */
export async function prerequisiteChecks(
  cluster: Cluster,
  stack: Stack,
  rendered: readonly KubeObject[],
): Promise<Check[]> {
  return [...(await storageChecks(cluster, stack)), ...(await metricsChecks(cluster, rendered))];
}

const defaultMark = 'storageclass.kubernetes.io/is-default-class';

async function storageChecks(cluster: Cluster, stack: Stack): Promise<Check[]> {
  const claims = await claimsOf(cluster, stack);
  if ('unknown' in claims)
    return [unknownCheck('storage', 'whether volume claims wait for storage', claims.unknown)];
  const pending = claims.filter(({ status }) => status?.phase === 'Pending');
  if (pending.length === 0) return [];
  const { status, json } = await cluster.api.request('GET', '/apis/storage.k8s.io/v1/storageclasses', {
    accept: [403],
  });
  if (status === 403) {
    const names = pending.map(({ metadata }) => metadata.name).join(', ');
    return [
      unknownCheck('storage', `what PersistentVolumeClaim ${names} waits for`, denied('StorageClasses')),
    ];
  }
  const classes = (json as StorageClassList).items;
  return pending.flatMap((claim) => claimCheck(claim, classes));
}

/** The claims, or why they are unknown. */
async function claimsOf(
  cluster: Cluster,
  stack: Stack,
): Promise<PersistentVolumeClaim[] | { readonly unknown: string }> {
  try {
    return await ownedClaims(cluster, stack);
  } catch (error) {
    if (isClusterError(error, 'CLUSTER_DENIED')) return { unknown: error.message };
    throw error;
  }
}

function claimCheck({ metadata, spec }: PersistentVolumeClaim, classes: readonly StorageClass[]): Check[] {
  const names = classes.map((one) => one.metadata?.name ?? '');
  const have = names.length > 0 ? `it has ${names.join(', ')}` : 'it has none at all';
  const wrong = (says: string, fix: string): Check[] => [
    { id: `storage/${metadata.name}`, verdict: 'wrong', says, fix },
  ];
  const { storageClassName: wanted } = spec;
  if (wanted !== undefined && !names.includes(wanted))
    return wrong(
      `PersistentVolumeClaim ${metadata.name} waits for ever: the cluster has no StorageClass "${wanted}" (${have}).`,
      'name one that is there in spec.<store>.storage.storageClass.',
    );
  const hasDefault = classes.some((one) => one.metadata?.annotations?.[defaultMark] === 'true');
  if (wanted !== undefined || hasDefault) return [];
  return wrong(
    `PersistentVolumeClaim ${metadata.name} waits for ever: it names no StorageClass, and the cluster has no default one (${have}).`,
    `kubectl annotate storageclass ${names[0] ?? '<name>'} ${defaultMark}=true, or name one in spec.<store>.storage.storageClass.`,
  );
}

async function metricsChecks({ api }: Cluster, rendered: readonly KubeObject[]): Promise<Check[]> {
  const scaler = rendered.find(({ kind }) => kind === 'HorizontalPodAutoscaler');
  if (!scaler) return [];
  const { status } = await api.request('GET', '/apis/metrics.k8s.io/v1beta1', { accept: [403, 404, 503] });
  if (status === 200) return [];
  if (status === 403)
    return [unknownCheck('metrics-server', `whether ${nameOf(scaler)} can scale`, denied('metrics.k8s.io'))];
  return [
    {
      id: 'metrics-server',
      verdict: 'wrong',
      says: `HorizontalPodAutoscaler ${scaler.metadata.name} cannot scale: the cluster serves no metrics.k8s.io (${
        status === 404 ? 'no metrics-server is installed' : 'its metrics-server does not answer'
      }).`,
      fix: 'install metrics-server, or turn autoscaling off in the document.',
    },
  ];
}

/** What could not be looked at, and why. */
const unknownCheck = (id: string, what: string, reason: string): Check => ({
  id,
  verdict: 'note',
  says: `Unknown: ${what}. ${reason}`,
});

const denied = (what: string): string => `There is no permission to read ${what} (403).`;
