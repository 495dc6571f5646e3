import { chatKind } from '../../../contract/chat-kind.ts';
import { planOf } from '../../../deploy/plan.ts';
import { ownedObjects } from '../../../deploy/stack-objects.ts';
import { openCluster } from '../../../kube/cluster.ts';
import { keyOfObject } from '../../../kube/objects.ts';
import { operatorName } from '../../../operator/operator.ts';
import { desiredOf } from '../../../operator/reconcile/desired.ts';
import type { ApiServer } from '../../servers/kubernetes/api-server.ts';
import type { User } from './lab.ts';

/** Every difference between what is live and what the document asks for, told by dry runs, not by the operator. */
export async function differences(
  server: ApiServer,
  user: User,
  namespace: string,
  { name, render }: { readonly name?: string; readonly render?: Parameters<typeof desiredOf>[2] } = {},
): Promise<string[]> {
  const resource = await user.resource(namespace, name);
  if (!resource) return ['the resource is gone'];
  const { objects, stack } = desiredOf(chatKind, resource, render);
  const cluster = openCluster({ kubeconfig: server.kubeconfigPath }, operatorName);
  try {
    const planned = await planOf(cluster, objects);
    const owned = (await ownedObjects(cluster, stack)).map(keyOfObject);
    const wanted = new Set(objects.map(keyOfObject));
    return [
      ...planned.flatMap(({ refused }) => refused),
      ...planned.flatMap(({ object, changes }) =>
        changes.map(({ path }) => `${keyOfObject(object)} ${path}`),
      ),
      ...owned.filter((key) => !wanted.has(key)).map((key) => `${key} is left over`),
    ];
  } finally {
    cluster.api.close();
  }
}
