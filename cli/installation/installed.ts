import type { Cluster } from '../../kube/cluster.ts';
import { isClusterError } from '../../kube/cluster-error.ts';
import type { Deployment } from '../../kube/kinds.ts';
import { readObject } from '../../kube/server-side-apply.ts';
import { onlyNamespaceVariable, operatorName } from '../../operator/manifests/names.ts';

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

/** The only namespace at which the operator of a Deployment looks; undefined where it looks at all of them. */
export function watchedBy({ metadata, spec }: Deployment): string | undefined {
  const [container] = spec.template.spec?.containers ?? [];
  const only = container?.env?.find(({ name }) => name === onlyNamespaceVariable);
  return only && (only.value ?? metadata.namespace);
}
