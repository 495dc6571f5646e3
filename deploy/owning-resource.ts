import type { Condition } from 'kubernetes-types/meta/v1.js';
import { stackLabels } from '../model/labels.ts';
import type { StackKind } from '../model/stack-kind.ts';
import type { Cluster } from '../kube/cluster.ts';
import { groupOf, type KubeObject } from '../kube/objects.ts';
import { listObjects, type StackRef } from './stack-objects.ts';

/** The custom resource by which an operator keeps a stack. */
export type OwningResource = KubeObject & {
  /** Absent where an operator has not looked at it yet. */
  readonly status?: ResourceStatus;
  /** It may not be read: its name and UID are those that objects of the stack have as their owner's. */
  readonly isUnread?: true;
};

export interface ResourceStatus {
  readonly observedGeneration?: number;
  readonly conditions?: readonly Condition[];
  readonly lastDrift?: { readonly object: string; readonly field: string; readonly time: string };
}

/**
 * The custom resource that owns a stack: the one of its kind and name, whether or not an operator runs now. Where it may
 * not be read, the owner of the stack's workloads. Throws as a request does.
 */
export async function owningResource(
  cluster: Cluster,
  kind: Pick<StackKind, 'apiVersion' | 'kind'>,
  stack: StackRef,
  signal?: AbortSignal,
): Promise<OwningResource | undefined> {
  const { api, discovery } = cluster;
  if (!(await discovery.find(kind.apiVersion, kind.kind))) return undefined;
  const path = `${await discovery.collectionOf(kind.apiVersion, kind.kind, stack.namespace)}/${stack.name}`;
  const { status, json } = await api.request('GET', path, { accept: [403, 404], signal });
  if (status === 403) return ownerOfWorkloads(cluster, kind, stack, signal);
  return status === 404 ? undefined : (json as OwningResource);
}

async function ownerOfWorkloads(
  cluster: Cluster,
  { apiVersion, kind }: Pick<StackKind, 'apiVersion' | 'kind'>,
  stack: StackRef,
  signal?: AbortSignal,
): Promise<OwningResource | undefined> {
  const { namespace } = stack;
  const labels = stackLabels(stack);
  const lists = await Promise.all(
    ['Deployment', 'StatefulSet'].map((workload) =>
      listObjects(cluster, ['apps/v1', workload], { namespace, labels, signal }),
    ),
  );
  const owner = lists
    .flat()
    .flatMap(({ metadata }) => metadata.ownerReferences ?? [])
    .find((one) => one.kind === kind && groupOf(one.apiVersion ?? '') === groupOf(apiVersion));
  if (!owner) return undefined;
  const { name, uid } = owner;
  return { apiVersion, kind, metadata: { name, namespace, uid }, isUnread: true };
}
