import { assertNeverMade } from '../../deploy/lost-secret.ts';
import type { OwnerReference } from '../../charts-ts/options.ts';
import { ensureSecret, ownSecret, type SecretMaker } from '../../deploy/secret.ts';
import { ClusterError } from '../../kube/cluster-error.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { groupOf, nameOf, type KubeObject } from '../../kube/objects.ts';
import { secretOfAnnotation } from '../../model/names.ts';
import type { Pass } from './apply-objects.ts';
import type { Desired } from './desired.ts';
import { isOfResource } from './observed.ts';

/** Makes the stack's own Secret, with its owner where the policy is that it has one. */
export function ownSecretMaker({ secret, owner, reserved, stack }: Desired): SecretMaker {
  const ownerReferences = reserved.deletionPolicy === 'Delete' ? [owner] : [];
  return {
    ...secret,
    object: (values) => {
      const { metadata, ...made } = secret.object(values);
      const annotations = { ...metadata.annotations, ...markOf(owner) };
      return { ...made, metadata: { ...metadata, annotations, ownerReferences } };
    },
    assertOurs: (found) => {
      const theirs = holderOf(found, stack.name);
      if (theirs === undefined || theirs.kind === kindOf(owner)) return;
      throw new ClusterError('PREFLIGHT_FAILED', sharedText(found, theirs), { reason: 'NotOfThisStack' });
    },
  };
}

/** A stack of another kind may have the same name, and so a Secret of the same name and labels. */
const markOf = (owner: Owner): Readonly<Record<string, string>> => ({ [secretOfAnnotation]: kindOf(owner) });

type Owner = Pick<OwnerReference, 'apiVersion' | 'kind'>;

const kindOf = ({ kind, apiVersion }: Owner): string => `${kind}.${groupOf(apiVersion)}`;

/** Whose a Secret is. One that `mooring apply` made does not say of which kind its stack is. */
function holderOf(
  { metadata: { annotations = {}, ownerReferences = [] } }: KubeObject,
  stack: string,
): { readonly kind: string; readonly name: string } | undefined {
  // What another controller fills, such as an ExternalSecret, has the name of the Secret and is no stack.
  const owner = ownerReferences.find(({ controller, name }) => controller && name === stack);
  if (owner) return { kind: kindOf({ apiVersion: '', ...owner }), name: owner.name };
  const kind = annotations[secretOfAnnotation];
  return kind === undefined ? undefined : { kind, name: stack };
}

function sharedText(
  found: KubeObject,
  { kind, name }: { readonly kind: string; readonly name: string },
): string {
  const { namespace = '' } = found.metadata;
  const [theirs, secret] = [`${kind.split('.')[0] ?? ''} ${name}`, nameOf(found)];
  return (
    `${secret} has the passwords of ${theirs}, and no two stacks share them. Rename one of the two; where ${theirs} is gone for ` +
    `good, with its volumes, delete the Secret: kubectl -n ${namespace} delete secret ${found.metadata.name}`
  );
}

/** @throws ClusterError PREFLIGHT_FAILED where the Secret of the stack's name is another's. */
export async function assertOwnSecret(
  cluster: Cluster,
  { desired, signal }: Pick<Pass, 'desired' | 'signal'>,
): Promise<void> {
  const found = await ownSecret(cluster, desired.stack, signal);
  if (found) ownSecretMaker(desired).assertOurs?.(found);
}

/**
 * Ensures the stack's own Secret, and that the resource owns it exactly where its policy is to delete: what has an owner
 * goes with it. Live values are never changed.
 * @param make makes the Secret where there is none.
 * @returns the Secret that was there; undefined where there was none.
 * @throws as `ensureSecret` and, where it was deleted, `assertNeverMade` do.
 */
export async function ensureOwnSecret(
  cluster: Cluster,
  { desired, live, readers, signal }: Pick<Pass, 'desired' | 'live' | 'readers' | 'signal'>,
  make: SecretMaker = ownSecretMaker(desired),
): Promise<KubeObject | undefined> {
  const { stack, owner, reserved } = desired;
  const isOwned = reserved.deletionPolicy === 'Delete';
  const workloads = live.filter(
    (one) => one.rollout !== undefined && !one.isEnding && isOfResource(one, owner.uid),
  );
  const assertNew = (keys: readonly string[]) =>
    assertNeverMade(cluster, { stack, keys, readers, workloads, objects: desired.objects }, signal);
  const found = await ensureSecret(cluster, stack, { ...make, assertNew }, signal);
  if (!found) return undefined;
  const { ownerReferences: present = [], annotations = {} } = found.metadata;
  const isMarked = annotations[secretOfAnnotation] === kindOf(owner);
  if (isMarked && present.some(({ uid }) => uid === owner.uid) === isOwned) return found;
  const others = present.filter(({ uid }) => uid !== owner.uid);
  await cluster.api.request('PATCH', await cluster.discovery.pathOf(found), {
    query: { fieldManager: cluster.fieldManager },
    contentType: 'application/merge-patch+json',
    body: {
      metadata: {
        annotations: markOf(owner),
        ownerReferences: [...others, ...(isOwned ? [owner] : [])],
        resourceVersion: found.metadata.resourceVersion,
      },
    },
    signal,
  });
  return found;
}
