import { expect } from 'vitest';
import { crdOf } from '../../../operator/manifests/crd.ts';
import { chatKind } from '../../../contract/chat-kind.ts';
import type { Cluster } from '../../lab/cluster.ts';
import type { Kept } from './conditions.ts';

/** Longer than a stack's pods take to end; what hangs takes for ever. */
const patience = '--timeout=90s';

/** Deletes a namespace; resolves when it is gone. */
export const deleteNamespace = (cluster: Cluster, namespace: string): Promise<void> =>
  succeeds(cluster, ['delete', 'namespace', namespace, patience]);

/** Deletes the definition of ChatStacks, and with it every document; resolves when both are gone. */
export const deleteDefinition = (cluster: Cluster): Promise<void> =>
  succeeds(cluster, ['delete', 'customresourcedefinition', crdOf(chatKind).metadata.name, patience]);

async function succeeds(cluster: Cluster, args: readonly string[]): Promise<void> {
  const { code, stderr } = await cluster.kubectl(args);
  expect([code, stderr]).toEqual([0, '']);
}

/** What `Retain` keeps of a ChatStack whose document is gone: the volumes and the passwords of the stores. */
export const kept = (name: string): string[] =>
  [
    `persistentvolumeclaim/data-${name}-neo4j-0`,
    `persistentvolumeclaim/data-${name}-redis-0`,
    `persistentvolumeclaim/storage-${name}-qdrant-0`,
    `secret/${name}-secrets`,
  ].sort();

const kinds =
  'pods,deployments,statefulsets,services,networkpolicies,configmaps,serviceaccounts,secrets,pvc,hpa,pdb,ingress';

/** Everything with the labels of a stack that is there, by kind and name. */
export async function leftOf({ stack, kubectl }: Kept): Promise<string[]> {
  const printed = await kubectl([
    'get',
    kinds,
    '-l',
    `app.kubernetes.io/instance=${stack.name}`,
    '-o',
    'name',
  ]);
  return printed.split('\n').filter(Boolean).sort();
}
