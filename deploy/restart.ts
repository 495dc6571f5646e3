import { isWorkload, workloadKind, type Stack } from '../model/stack.ts';
import { workloadName } from '../model/names.ts';
import type { Cluster } from '../kube/cluster.ts';
import type { KubeObject } from '../kube/objects.ts';
import { readObject } from '../kube/server-side-apply.ts';
import { unlessStale } from './unless-stale.ts';

/**
 * Rolls the pods of services, as `kubectl rollout restart` does. A repetition with the same time rolls none again.
 * @param how `at`: RFC 3339; default: now.
 */
export async function restart(
  cluster: Cluster,
  stack: Stack,
  services: readonly string[],
  {
    at = new Date().toISOString(),
    signal,
  }: { readonly at?: string | undefined; readonly signal?: AbortSignal | undefined } = {},
): Promise<void> {
  const { api, discovery, fieldManager } = cluster;
  // Another field manager: an apply would remove its own annotation and roll the pods again.
  const restartManager = `${fieldManager}-restart`;
  for (const service of stack.services.filter(isWorkload).filter(({ name }) => services.includes(name))) {
    const workload: KubeObject = {
      apiVersion: 'apps/v1',
      kind: workloadKind(service),
      metadata: { name: workloadName(stack.name, service.name), namespace: stack.namespace },
    };
    const metadata = { annotations: { 'kubectl.kubernetes.io/restartedAt': at } };
    await unlessStale(async () => {
      const live = await readObject(cluster, workload, signal);
      const { resourceVersion } = live?.metadata ?? {};
      await api.request('PATCH', await discovery.pathOf(workload), {
        query: { fieldManager: restartManager },
        contentType: 'application/strategic-merge-patch+json',
        body: { metadata: { resourceVersion }, spec: { template: { metadata } } },
        signal,
      });
    });
  }
}
