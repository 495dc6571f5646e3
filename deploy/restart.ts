import { type Stack, isWorkload } from '../model/stack.ts';
import { workloadName } from '../model/names.ts';
import { fieldManager, type Cluster } from '../kube/cluster.ts';

/** Not the manager that applies: what it owns and an apply does not render would be taken away, and pods rolled again. */
const restartManager = `${fieldManager}-restart`;

/** Rolls the pods of services, as `kubectl rollout restart` does. */
export async function restart(
  { api, discovery }: Cluster,
  stack: Stack,
  services: readonly string[],
  signal?: AbortSignal,
): Promise<void> {
  const restartedAt = new Date().toISOString();
  for (const service of stack.services.filter(isWorkload).filter(({ name }) => services.includes(name))) {
    const path = await discovery.pathOf({
      apiVersion: 'apps/v1',
      kind: service.kind === 'stateful' ? 'StatefulSet' : 'Deployment',
      metadata: { name: workloadName(stack.name, service.name), namespace: stack.namespace },
    });
    const metadata = { annotations: { 'kubectl.kubernetes.io/restartedAt': restartedAt } };
    await api.request('PATCH', path, {
      query: { fieldManager: restartManager },
      contentType: 'application/strategic-merge-patch+json',
      body: { spec: { template: { metadata } } },
      signal,
    });
  }
}
