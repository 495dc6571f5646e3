import type { Cluster } from '../../kube/cluster.ts';
import { isClusterError } from '../../kube/cluster-error.ts';
import type { Deployment } from '../../kube/kinds.ts';
import { readObject } from '../../kube/server-side-apply.ts';
import { operatorName } from '../../operator/manifests/names.ts';

/** The operator's Deployment in a namespace. Throws as a request does: CLUSTER_DENIED where it may not be read. */
export const installedIn = async (
  cluster: Cluster,
  namespace: string,
  signal?: AbortSignal,
): Promise<Deployment | undefined> =>
  (await readObject(
    cluster,
    { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: operatorName, namespace } },
    signal,
  )) as Deployment | undefined;

/** Whether an operator is known to run there. */
export async function isInstalledIn(
  cluster: Cluster,
  namespace: string,
  signal?: AbortSignal,
): Promise<boolean> {
  try {
    return (await installedIn(cluster, namespace, signal)) !== undefined;
  } catch (error) {
    if (isClusterError(error, 'CLUSTER_DENIED')) return false;
    throw error;
  }
}
