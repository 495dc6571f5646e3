import { ApiError } from '../kube/cluster-error.ts';
import type { Cluster } from '../kube/cluster.ts';
import { unionOf, without, type FieldSet, below, fieldAt, isEmpty, noFields } from '../kube/fields.ts';
import type { KubeObject, ManagedFields } from '../kube/objects.ts';
import { readObject } from '../kube/server-side-apply.ts';
import { isDeepStrictEqual } from 'node:util';

/**
 * Client-side `kubectl apply` owns what it wrote as an Update. Server-side apply by another manager conflicts with it,
 * and forcing it keeps fields the new manifests no longer have. So its fields are moved to our entry first, as
 * client-go's csaupgrade moves them to kubectl's (KEP-555).
 */
const clientSideApply = 'kubectl-client-side-apply';

const isPredecessor = ({ manager, operation, subresource = '' }: ManagedFields): boolean =>
  manager === clientSideApply && operation === 'Update' && subresource === '';

/** Whether an entry is `fieldManager`'s Apply. */
const isAppliedBy =
  (fieldManager: string) =>
  ({ manager, operation, subresource = '' }: ManagedFields): boolean =>
    manager === fieldManager && operation === 'Apply' && subresource === '';

/** Whether another manager than `fieldManager` owns an entry, so that its fields are taken by force only. */
export const isForeign =
  (fieldManager: string) =>
  (entry: ManagedFields): boolean =>
    !isAppliedBy(fieldManager)(entry) && !isPredecessor(entry);

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
 * Fields of client-side apply in another API version are dropped, as csaupgrade does.
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

/** The fields of another entry that we take. */
function inheritanceOf(
  entry: ManagedFields,
  heir: ManagedFields | undefined,
  { scope, force }: TakeOver,
): FieldSet {
  if (isPredecessor(entry)) return entry.apiVersion === heir?.apiVersion ? fieldsOf(entry) : noFields;
  return force ? below(fieldsOf(entry), scope.elements) : noFields;
}

/** The entry another manager keeps; none where no field is left. */
function leftTo(entry: ManagedFields, { scope, force }: TakeOver): ManagedFields[] {
  if (isPredecessor(entry)) return [];
  const taken = force ? without(below(fieldsOf(entry), scope.elements), scope.exempt) : noFields;
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

/** Give up after this many write conflicts. */
const attempts = 5;

/**
 * Moves fields to our entry, so that the apply after it finds no other owner and removes what it does not list. Changes
 * only `managedFields`; sends no request where there is nothing to take.
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
