import type { Cluster } from '../../kube/cluster.ts';
import type { KubeObject } from '../../kube/objects.ts';
import { readObject } from '../../kube/server-side-apply.ts';
import { operatorName } from '../../operator/manifests/names.ts';
import { definitionsServed, type Rule } from '../../operator/manifests/rbac.ts';

/**
 * The definitions whose resources an installed operator serves, as its rights say: of one namespace by its Role, of all
 * by its ClusterRole. Undefined where it has none. Throws as a request does.
 */
export async function servedIn(
  cluster: Cluster,
  watches: string | undefined,
  signal?: AbortSignal,
): Promise<string[] | undefined> {
  const role = {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: watches === undefined ? 'ClusterRole' : 'Role',
    metadata: { name: operatorName, ...(watches === undefined ? {} : { namespace: watches }) },
  };
  const live = (await readObject(cluster, role, signal)) as RoleObject | undefined;
  return live && definitionsServed(live.rules ?? []);
}

interface RoleObject extends KubeObject {
  readonly rules?: readonly Rule[] | null;
}
