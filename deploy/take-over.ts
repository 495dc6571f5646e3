import { ApiError } from '../kube/cluster-error.ts';
import type { Cluster } from '../kube/cluster.ts';
import { fieldManager } from '../model/names.ts';
import { removed, unionOf, without, type FieldSet } from '../kube/fields.ts';
import type { KubeObject, ManagedFields } from '../kube/objects.ts';
import { readObject } from '../kube/server-side-apply.ts';

/**
 * `kubectl apply` (client-side) owns what it wrote as an Update. Server-side apply by another manager then conflicts
 * with it, and forcing leaves alive whatever the new manifests no longer have. So its fields become ours first, as
 * client-go's csaupgrade makes them kubectl's own (KEP-555).
 */
const clientSideApply = 'kubectl-client-side-apply';

const isPredecessor = ({ manager, operation, subresource = '' }: ManagedFields): boolean =>
  manager === clientSideApply && operation === 'Update' && subresource === '';

const isOurs = ({ manager, operation, subresource = '' }: ManagedFields): boolean =>
  manager === fieldManager && operation === 'Apply' && subresource === '';

const fieldsOf = ({ fieldsV1 }: ManagedFields): FieldSet => (fieldsV1 ?? {}) as FieldSet;

/** Whether client-side apply still owns fields of an object. */
export const isToBeTakenOver = (live: KubeObject): boolean =>
  (live.metadata.managedFields ?? []).some(isPredecessor);

/** The managed fields once our predecessor's are ours. Those of another API version are dropped, as csaupgrade does. */
export function takenOver(managed: readonly ManagedFields[]): ManagedFields[] {
  const heir = managed.find(isOurs) ?? managed.find(isPredecessor);
  if (!heir) return [...managed];
  const inherited = managed.filter(
    (entry) => isPredecessor(entry) && entry.apiVersion === heir.apiVersion && entry !== heir,
  );
  const fieldsV1 = inherited.reduce((fields, entry) => unionOf(fields, fieldsOf(entry)), fieldsOf(heir));
  const ours: ManagedFields = { ...heir, manager: fieldManager, operation: 'Apply', fieldsV1 };
  return managed
    .filter((entry) => entry === heir || !isPredecessor(entry))
    .map((entry) => (entry === heir ? ours : entry));
}

/** Somebody wrote the object between our reading and our writing; more often than this is no coincidence. */
const attempts = 5;

/** Makes the fields of client-side apply ours. Nothing of the object itself changes. */
export async function takeOver(cluster: Cluster, live: KubeObject, signal?: AbortSignal): Promise<void> {
  let current: KubeObject | undefined = live;
  for (let attempt = 1; current && isToBeTakenOver(current); attempt++) {
    try {
      await cluster.api.request('PATCH', await cluster.discovery.pathOf(live), {
        query: { fieldManager },
        contentType: 'application/json-patch+json',
        body: [
          {
            op: 'replace',
            path: '/metadata/managedFields',
            value: takenOver(current.metadata.managedFields ?? []),
          },
          { op: 'replace', path: '/metadata/resourceVersion', value: current.metadata.resourceVersion },
        ],
        signal,
      });
      return;
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 409 || attempt === attempts) throw error;
      current = await readObject(cluster, live, signal);
    }
  }
}

/**
 * What an apply will leave once our predecessor's fields are ours: `applied` (a forced dry run) without the fields
 * that only the predecessor owned and we do not apply. It owned defaults too, so the API server fills them in again.
 */
export async function afterTakeOver(
  { api, discovery }: Cluster,
  live: KubeObject,
  applied: KubeObject,
  signal?: AbortSignal,
): Promise<KubeObject> {
  const none: FieldSet = {};
  const before = live.metadata.managedFields ?? [];
  const theirs = before.filter(isPredecessor).reduce((set, entry) => unionOf(set, fieldsOf(entry)), none);
  const others = (applied.metadata.managedFields ?? [])
    .filter((entry) => !isPredecessor(entry))
    .map(fieldsOf);
  const left = without(theirs, others).reduce<KubeObject>(
    (object, path) => removed(object, path) as KubeObject,
    applied,
  );
  const { resourceVersion } = live.metadata;
  const body = { ...left, metadata: { ...left.metadata, ...(resourceVersion ? { resourceVersion } : {}) } };
  const { json } = await api.request('PUT', await discovery.pathOf(live), {
    query: { dryRun: 'All', fieldManager },
    body,
    signal,
  });
  return json as KubeObject;
}
