import type { Cluster } from '../kube/cluster.ts';
import type { KubeObject } from '../kube/objects.ts';
import { absentVersion, applyObject, readObject } from '../kube/server-side-apply.ts';

/** Creates those of some objects that are not there; the others stay as they are. */
export async function createMissing(
  cluster: Cluster,
  objects: readonly KubeObject[],
  signal?: AbortSignal,
): Promise<void> {
  for (const object of objects)
    if ((await readObject(cluster, object, signal)) === undefined)
      await applyObject(cluster, object, { resourceVersion: absentVersion, signal });
}
