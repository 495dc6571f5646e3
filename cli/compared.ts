import { owningResource } from '../deploy/owning-resource.ts';
import type { StackSource } from '../deploy/stack-plan.ts';
import type { FoundDocument } from '../charts-ts/read-document.ts';
import { ownedBy } from '../charts-ts/owned.ts';
import type { Cluster } from '../kube/cluster.ts';
import { operatorName, operatorPodLabels } from '../operator/manifests/names.ts';
import { isInstalledIn } from './installation/installed.ts';
import type { Owned, Where } from './owned.ts';
import { sourceOf } from './source.ts';

/** A document as it is compared with what is in a cluster: what an apply of it would make there, and who would apply. */
export interface Compared {
  readonly source: StackSource;
  /** As the field manager that applies it. */
  readonly cluster: Cluster;
  /** Where a custom resource owns the stack, so that an operator applies it. */
  readonly owned?: Owned;
}

/** Throws StackError where the document contradicts itself; as a request does. */
export async function comparedIn(
  cluster: Cluster,
  found: FoundDocument,
  where: Where,
  signal?: AbortSignal,
): Promise<Compared> {
  const { kind, document } = found;
  const stack = found.stack();
  const resource = await owningResource(cluster, kind, stack, signal);
  if (!resource) return { source: sourceOf(found, stack), cluster };
  const isBeside = await isInstalledIn(cluster, stack.namespace, signal);
  const options = {
    ...ownedBy(resource, document),
    ...(isBeside ? { operatorPods: operatorPodLabels } : {}),
  };
  return {
    source: sourceOf(found, stack, options),
    cluster: { ...cluster, fieldManager: operatorName },
    owned: { resource, kind, where },
  };
}
