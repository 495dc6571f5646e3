import { ensureSecret, type SecretMaker } from '../../deploy/secret.ts';
import type { Cluster } from '../../kube/cluster.ts';
import type { Pass } from './apply-objects.ts';
import type { Desired } from './desired.ts';
import { assertNeverMade } from './lost-secret.ts';

/** Makes the stack's own Secret with its owner, where the policy is that it has one. */
export function ownSecretMaker({ secret, owner, reserved }: Desired): SecretMaker {
  const ownerReferences = reserved.deletionPolicy === 'Delete' ? [owner] : [];
  return {
    ...secret,
    object: (values) => {
      const made = secret.object(values);
      return { ...made, metadata: { ...made.metadata, ownerReferences } };
    },
  };
}

/**
 * Ensures the stack's own Secret, and that the resource owns it exactly where its policy is to delete: what has an owner
 * goes with it. Live values are never changed.
 * @param make makes the Secret where there is none.
 * @throws as `ensureSecret` and, where it was deleted, `assertNeverMade` do.
 */
export async function ensureOwnSecret(
  cluster: Cluster,
  { desired, live, signal }: Pick<Pass, 'desired' | 'live' | 'signal'>,
  make: SecretMaker = ownSecretMaker(desired),
): Promise<void> {
  const { stack, owner, reserved } = desired;
  const isOwned = reserved.deletionPolicy === 'Delete';
  const assertNew = () => assertNeverMade(cluster, stack, live, signal);
  const found = await ensureSecret(cluster, stack, { ...make, assertNew }, signal);
  const present = found?.metadata.ownerReferences ?? [];
  if (!found || present.some(({ uid }) => uid === owner.uid) === isOwned) return;
  const others = present.filter(({ uid }) => uid !== owner.uid);
  await cluster.api.request('PATCH', await cluster.discovery.pathOf(found), {
    query: { fieldManager: cluster.fieldManager },
    contentType: 'application/merge-patch+json',
    body: {
      metadata: {
        ownerReferences: [...others, ...(isOwned ? [owner] : [])],
        resourceVersion: found.metadata.resourceVersion,
      },
    },
    signal,
  });
}
