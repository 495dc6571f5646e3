import { ensureSecret } from '../../deploy/secret.ts';
import type { Cluster } from '../../kube/cluster.ts';
import type { Desired } from './desired.ts';

/**
 * Ensures the stack's own Secret, and that the resource owns it exactly where its policy is to delete: what has an owner
 * goes with it. Live values are never changed.
 * @throws as `ensureSecret` does.
 */
export async function ensureOwnSecret(
  cluster: Cluster,
  { stack, secret, owner, reserved }: Desired,
  signal: AbortSignal,
): Promise<void> {
  const isOwned = reserved.deletionPolicy === 'Delete';
  const owners = isOwned ? [owner] : [];
  const object: typeof secret.object = (values) => {
    const made = secret.object(values);
    return { ...made, metadata: { ...made.metadata, ownerReferences: owners } };
  };
  const live = await ensureSecret(cluster, stack, { ...secret, object }, signal);
  const present = live?.metadata.ownerReferences ?? [];
  if (!live || present.some(({ uid }) => uid === owner.uid) === isOwned) return;
  const others = present.filter(({ uid }) => uid !== owner.uid);
  await cluster.api.request('PATCH', await cluster.discovery.pathOf(live), {
    query: { fieldManager: cluster.fieldManager },
    contentType: 'application/merge-patch+json',
    body: {
      metadata: {
        ownerReferences: [...others, ...owners],
        resourceVersion: live.metadata.resourceVersion,
      },
    },
    signal,
  });
}
