import { ApiError } from '../kube/cluster-error.ts';
import type { Cluster } from '../kube/cluster.ts';
import { unionOf, without, type FieldSet, below, fieldAt, isEmpty, noFields } from '../kube/fields.ts';
import type { KubeObject, ManagedFields } from '../kube/objects.ts';
import { applyObject, readObject } from '../kube/server-side-apply.ts';
import { isDeepStrictEqual } from 'node:util';

/**
 * Client-side `kubectl apply` owns what it wrote as an Update. Server-side apply by another manager conflicts with it,
 * and forcing it keeps fields the new manifests no longer have. So its fields are moved to our entry first, as
 * client-go's csaupgrade moves them to kubectl's (KEP-555).
 */
const clientSideApply = 'kubectl-client-side-apply';

/** Whether an entry is `fieldManager`'s Apply. */
export const isAppliedBy =
  (fieldManager: string) =>
  ({ manager, operation, subresource = '' }: ManagedFields): boolean =>
    manager === fieldManager && operation === 'Apply' && subresource === '';

type Managed = readonly ManagedFields[];

/**
 * Whether an entry is our own past. Once an entry is ours, client-side apply is a manager like any other: it has edited
 * the object since.
 */
function isPredecessorIn(managed: Managed, fieldManager: string): (entry: ManagedFields) => boolean {
  if (managed.some(isAppliedBy(fieldManager))) return () => false;
  return ({ manager, operation, subresource = '' }) =>
    manager === clientSideApply && operation === 'Update' && subresource === '';
}

/** The entries of other managers than `fieldManager`, whose fields are taken by force only. */
export function foreignIn(managed: Managed, fieldManager: string): ManagedFields[] {
  const isPredecessor = isPredecessorIn(managed, fieldManager);
  return managed.filter((entry) => !isAppliedBy(fieldManager)(entry) && !isPredecessor(entry));
}

export const fieldsOf = ({ fieldsV1 }: ManagedFields): FieldSet => (fieldsV1 ?? noFields) as FieldSet;

/** The fields of an object that only its stack may own. */
export interface Scope {
  /** Its top-level elements, such as `f:spec`; never `metadata` or `status`. */
  readonly elements: readonly string[];
  /** Fields inside that only others own. */
  readonly exempt: FieldSet;
}

/** The groups of fields a stack owns where it renders any of them; a ConfigMap's data has two forms. */
const parts: readonly (readonly string[])[] = [['spec'], ['data', 'binaryData'], ['rules']];

/** The annotation of `kubectl rollout restart`: a request, not configuration. */
const restartedAt = fieldAt([
  ...['f:spec', 'f:template', 'f:metadata', 'f:annotations'],
  'f:kubectl.kubernetes.io/restartedAt',
]);

/** The scope of a rendered object. `isScaled`: an autoscaler sets its replicas. */
export function scopeOf(desired: KubeObject, { isScaled = false }: { isScaled?: boolean } = {}): Scope {
  const rendered = parts.filter((part) => part.some((field) => desired[field] !== undefined));
  const replicas = isScaled ? fieldAt(['f:spec', 'f:replicas']) : noFields;
  return {
    elements: rendered.flat().map((field) => `f:${field}`),
    exempt: unionOf(restartedAt, replicas),
  };
}

export interface TakeOver {
  /** The new owner. */
  readonly fieldManager: string;
  readonly scope: Scope;
  /** Take what other managers own in the scope, besides all that client-side apply owns. */
  readonly force: boolean;
  /** For the entry of an object we do not own yet. */
  readonly apiVersion: string;
}

/**
 * The managed fields after a take-over. Exempt fields leave our entry, so that an apply without them keeps their value.
 * Of several entries of client-side apply, those in another API version are dropped, as csaupgrade does.
 */
export function takenOver(managed: Managed, takeOver: TakeOver): ManagedFields[] {
  const { fieldManager, scope } = takeOver;
  const isPredecessor = isPredecessorIn(managed, fieldManager);
  const heir = managed.find(isAppliedBy(fieldManager)) ?? managed.find(isPredecessor);
  const inherited = managed
    .filter((entry) => entry !== heir)
    .map((entry) => {
      if (!isPredecessor(entry)) return takenOf(entry, takeOver);
      return entry.apiVersion === heir?.apiVersion ? fieldsOf(entry) : noFields;
    });
  const fieldsV1 = without(inherited.reduce(unionOf, heir ? fieldsOf(heir) : noFields), scope.exempt);
  const kind = heir ?? { apiVersion: takeOver.apiVersion, fieldsType: 'FieldsV1' };
  const ours: ManagedFields = { ...kind, manager: fieldManager, operation: 'Apply', fieldsV1 };
  const at = heir ? managed.indexOf(heir) : managed.length;
  const left = (entries: Managed): ManagedFields[] =>
    entries.flatMap((entry) => (isPredecessor(entry) ? [] : leftTo(entry, takeOver)));
  return [
    ...left(managed.slice(0, at)),
    ...(isEmpty(fieldsV1) ? [] : [ours]),
    ...left(managed.slice(at + 1)),
  ];
}

/** The fields of another manager's entry that we take. */
const takenOf = (entry: ManagedFields, { scope, force }: TakeOver): FieldSet =>
  force ? without(below(fieldsOf(entry), scope.elements), scope.exempt) : noFields;

/** The entry another manager keeps; none where no field is left. */
function leftTo(entry: ManagedFields, takeOver: TakeOver): ManagedFields[] {
  const taken = takenOf(entry, takeOver);
  if (isEmpty(taken)) return [entry];
  const fieldsV1 = without(fieldsOf(entry), taken);
  return isEmpty(fieldsV1) ? [] : [{ ...entry, fieldsV1 }];
}

/** The fields we own of an object after a take-over. */
export function ownFields(live: KubeObject, takeOver: TakeOver): FieldSet {
  const ours = takenOver(live.metadata.managedFields ?? [], takeOver).find(
    isAppliedBy(takeOver.fieldManager),
  );
  return ours ? fieldsOf(ours) : noFields;
}

/**
 * An object whose managed fields were emptied, with the owner that the API server gives its fields at an apply:
 * `before-first-apply`. Any other object as it is.
 */
export async function withOwners(
  cluster: Cluster,
  live: KubeObject,
  signal?: AbortSignal,
): Promise<KubeObject> {
  if ((live.metadata.managedFields ?? []).length > 0) return live;
  const { name, namespace } = live.metadata;
  const nothing = {
    apiVersion: live.apiVersion,
    kind: live.kind,
    metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
  };
  const applied = await applyObject(cluster, nothing, { dryRun: true, force: true, signal });
  if ('conflicts' in applied) return live;
  const { managedFields = [] } = applied.object.metadata;
  return { ...live, metadata: { ...live.metadata, managedFields } };
}

/** Give up after this many write conflicts. */
const attempts = 5;

/**
 * Moves fields to our entry, so that the apply after it finds no other owner and removes what it does not list. Changes
 * only `managedFields`; sends no request where there is nothing to take.
 * @returns the object's resource version afterwards; undefined where the object is gone.
 */
export async function takeOverFields(
  cluster: Cluster,
  live: KubeObject,
  takeOver: TakeOver,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const path = await cluster.discovery.pathOf(live);
  let current: KubeObject | undefined = live;
  for (let attempt = 1; current; attempt++) {
    const before: readonly ManagedFields[] = current.metadata.managedFields ?? [];
    const after = takenOver(before, takeOver);
    if (isDeepStrictEqual(after, before)) return current.metadata.resourceVersion;
    try {
      const { json } = await cluster.api.request('PATCH', path, {
        query: { fieldManager: takeOver.fieldManager },
        contentType: 'application/json-patch+json',
        body: [
          { op: 'add', path: '/metadata/managedFields', value: after },
          { op: 'replace', path: '/metadata/resourceVersion', value: current.metadata.resourceVersion },
        ],
        signal,
      });
      return (json as KubeObject).metadata.resourceVersion;
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 409 || attempt === attempts) throw error;
      const again = await readObject(cluster, live, signal);
      current = again && (await withOwners(cluster, again, signal));
    }
  }
  return undefined;
}
