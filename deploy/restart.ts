import { type Stack, isWorkload } from '../model/stack.ts';
import { workloadName } from '../model/names.ts';
import type { Cluster } from '../kube/cluster.ts';

/**
 * Rolls the pods of services, as `kubectl rollout restart` does. A repetition with the same time rolls none again.
 * @param how `at`: RFC 3339; default: now.
 */
export async function restart(
  { api, discovery, fieldManager }: Cluster,
  stack: Stack,
  services: readonly string[],
  {
    at = new Date().toISOString(),
    signal,
  }: { readonly at?: string | undefined; readonly signal?: AbortSignal | undefined } = {},
): Promise<void> {
  // Another field manager: an apply would remove its own annotation and roll the pods again.
  const restartManager = `${fieldManager}-restart`;
  for (const service of stack.services.filter(isWorkload).filter(({ name }) => services.includes(name))) {
    const path = await discovery.pathOf({
      apiVersion: 'apps/v1',
      kind: service.kind === 'stateful' ? 'StatefulSet' : 'Deployment',
      metadata: { name: workloadName(stack.name, service.name), namespace: stack.namespace },
    });
    const metadata = { annotations: { 'kubectl.kubernetes.io/restartedAt': at } };
    await api.request('PATCH', path, {
      query: { fieldManager: restartManager },
      contentType: 'application/strategic-merge-patch+json',
      body: { spec: { template: { metadata } } },
      signal,
    });
  }
}
