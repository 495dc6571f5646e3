import { ApiError } from '../kube/cluster-error.ts';
import type { Cluster } from '../kube/cluster.ts';
import { unionOf, without, type FieldSet, below, fieldAt, isEmpty, noFields } from '../kube/fields.ts';
import type { KubeObject, ManagedFields } from '../kube/objects.ts';
import { readObject } from '../kube/server-side-apply.ts';
import { isDeepStrictEqual } from 'node:util';

/**
 * `kubectl apply` (client-side) owns what it wrote as an Update. Server-side apply by another manager then conflicts
 * with it, and forcing leaves alive whatever the new manifests no longer have. So its fields become ours first, as
 * client-go's csaupgrade makes them kubectl's own (KEP-555).
 */
const clientSideApply = 'kubectl-client-side-apply';

const isPredecessor = ({ manager, operation, subresource = '' }: ManagedFields): boolean =>
  manager === clientSideApply && operation === 'Update' && subresource === '';

/** Whether an entry is what `fieldManager` applied. */
const isAppliedBy =
  (fieldManager: string) =>
  ({ manager, operation, subresource = '' }: ManagedFields): boolean =>
    manager === fieldManager && operation === 'Apply' && subresource === '';

/** Whether an entry is of another manager than `fieldManager`, so that its fields are taken back by force only. */
export const isForeign =
  (fieldManager: string) =>
  (entry: ManagedFields): boolean =>
    !isAppliedBy(fieldManager)(entry) && !isPredecessor(entry);

export const fieldsOf = ({ fieldsV1 }: ManagedFields): FieldSet => (fieldsV1 ?? noFields) as FieldSet;

/** Which fields of an object are its stack's alone. */
export interface Scope {
  /** Its first elements, such as `f:spec`; `metadata` and `status` are never among them. */
  readonly elements: readonly string[];
  /** Fields inside that others may own, and the stack never does. */
  readonly exempt: FieldSet;
}

/** `spec` of a Namespace, say, is not the stack's, since the stack renders none; a ConfigMap's data has two forms. */
const parts: readonly (readonly string[])[] = [['spec'], ['data', 'binaryData'], ['rules']];

/** What `kubectl rollout restart` writes: a request, not a configuration. */
const restartedAt = fieldAt([
  ...['f:spec', 'f:template', 'f:metadata', 'f:annotations'],
  'f:kubectl.kubernetes.io/restartedAt',
]);

/** The scope of an object as it is rendered. `isScaled`: an autoscaler says how many replicas it has. */
export function scopeOf(desired: KubeObject, { isScaled = false }: { isScaled?: boolean } = {}): Scope {
  const rendered = parts.filter((part) => part.some((field) => desired[field] !== undefined));
  const replicas = isScaled ? fieldAt(['f:spec', 'f:replicas']) : noFields;
  return {
    elements: rendered.flat().map((field) => `f:${field}`),
    exempt: unionOf(restartedAt, replicas),
  };
}

export interface TakeOver {
  /** Whose fields they become. */
  readonly fieldManager: string;
  readonly scope: Scope;
  /** Take what other managers own of the scope, besides what client-side apply owns of the whole object. */
  readonly force: boolean;
  /** For an object of which we own nothing yet. */
  readonly apiVersion: string;
}

/**
 * The managed fields once what we take is ours. What is exempt leaves our entry, so that an apply without it keeps its
 * value. Fields of client-side apply in another API version are dropped, as csaupgrade does.
 */
export function takenOver(managed: readonly ManagedFields[], takeOver: TakeOver): ManagedFields[] {
  const { fieldManager } = takeOver;
  const heir = managed.find(isAppliedBy(fieldManager)) ?? managed.find(isPredecessor);
  const others = managed.filter((entry) => entry !== heir);
  const fieldsV1 = without(
    others
      .map((entry) => inheritanceOf(entry, heir, takeOver))
      .reduce(unionOf, heir ? fieldsOf(heir) : noFields),
    takeOver.scope.exempt,
  );
  const kind = heir ?? { apiVersion: takeOver.apiVersion, fieldsType: 'FieldsV1' };
  const ours: ManagedFields = { ...kind, manager: fieldManager, operation: 'Apply', fieldsV1 };
  const at = heir ? managed.indexOf(heir) : managed.length;
  const left = (entries: readonly ManagedFields[]): ManagedFields[] =>
    entries.flatMap((entry) => leftTo(entry, takeOver));
  return [
    ...left(managed.slice(0, at)),
    ...(isEmpty(fieldsV1) ? [] : [ours]),
    ...left(managed.slice(at + 1)),
  ];
}

/** What becomes ours of another entry's fields. */
function inheritanceOf(
  entry: ManagedFields,
  heir: ManagedFields | undefined,
  { scope, force }: TakeOver,
): FieldSet {
  if (isPredecessor(entry)) return entry.apiVersion === heir?.apiVersion ? fieldsOf(entry) : noFields;
  return force ? below(fieldsOf(entry), scope.elements) : noFields;
}

/** What another manager keeps; nothing where it owns nothing more. */
function leftTo(entry: ManagedFields, { scope, force }: TakeOver): ManagedFields[] {
  if (isPredecessor(entry)) return [];
  const taken = force ? without(below(fieldsOf(entry), scope.elements), scope.exempt) : noFields;
  if (isEmpty(taken)) return [entry];
  const fieldsV1 = without(fieldsOf(entry), taken);
  return isEmpty(fieldsV1) ? [] : [{ ...entry, fieldsV1 }];
}

/** What is ours of an object once it is taken over. */
export function ownFields(live: KubeObject, takeOver: TakeOver): FieldSet {
  const ours = takenOver(live.metadata.managedFields ?? [], takeOver).find(
    isAppliedBy(takeOver.fieldManager),
  );
  return ours ? fieldsOf(ours) : noFields;
}

/** Somebody wrote the object between our reading and our writing; more often than this is no coincidence. */
const attempts = 5;

/**
 * Makes fields ours, so that the apply after it finds no other owner and removes what it does not list. Nothing of the
 * object itself changes; where there is nothing to take, nothing is asked.
 */
export async function takeOverFields(
  cluster: Cluster,
  live: KubeObject,
  takeOver: TakeOver,
  signal?: AbortSignal,
): Promise<void> {
  const path = await cluster.discovery.pathOf(live);
  let current: KubeObject | undefined = live;
  for (let attempt = 1; current; attempt++) {
    const before: readonly ManagedFields[] = current.metadata.managedFields ?? [];
    const after = takenOver(before, takeOver);
    if (isDeepStrictEqual(after, before)) return;
    try {
      await cluster.api.request('PATCH', path, {
        query: { fieldManager: takeOver.fieldManager },
        contentType: 'application/json-patch+json',
        body: [
          { op: 'replace', path: '/metadata/managedFields', value: after },
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
