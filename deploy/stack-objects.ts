import { stackHistoryName, stackSecretName } from '../model/environment.ts';
import { asSelector, managedBy, stackLabels, stackSelector } from '../model/labels.ts';
import { isWorkload, type Stack } from '../model/stack.ts';
import { pausedAnnotation, workloadName } from '../model/names.ts';
import type { Cluster } from '../kube/cluster.ts';
import type { PersistentVolumeClaim } from '../kube/kinds.ts';
import { keyOfObject, type KubeObject, type ObjectPlace } from '../kube/objects.ts';

/** Which stack: its name and namespace. */
export type StackRef = Pick<Stack, 'name' | 'namespace'>;

/** The place of a stack's history and of its Lease: both have the same name. */
export const historyPlace = (stack: StackRef): ObjectPlace => ({
  name: stackHistoryName(stack),
  namespace: stack.namespace,
  labels: stackLabels(stack),
});

/** Whether an object is to be left as it is, by its annotation. */
export const isPaused = ({ metadata }: Pick<KubeObject, 'metadata'>): boolean =>
  metadata.annotations?.[pausedAnnotation] === 'true';

/** Every kind a stack is made of, in the order of deletion: dependents first. */
export const ownedKinds: readonly (readonly [apiVersion: string, kind: string])[] = [
  ['networking.k8s.io/v1', 'Ingress'],
  ['autoscaling/v2', 'HorizontalPodAutoscaler'],
  ['policy/v1', 'PodDisruptionBudget'],
  ['batch/v1', 'Job'],
  ['apps/v1', 'Deployment'],
  ['apps/v1', 'StatefulSet'],
  ['v1', 'Service'],
  ['v1', 'ConfigMap'],
  ['v1', 'ServiceAccount'],
  ['networking.k8s.io/v1', 'NetworkPolicy'],
];

interface List {
  readonly items: readonly Omit<KubeObject, 'apiVersion' | 'kind'>[];
}

/** The objects of a kind, in a namespace or, without one, in all; of a name, that have these labels, and lack those. */
export async function listObjects(
  { api, discovery }: Cluster,
  [apiVersion, kind]: readonly [string, string],
  {
    namespace,
    name,
    labels = {},
    without = {},
    signal,
  }: {
    namespace?: string | undefined;
    name?: string | undefined;
    labels?: Readonly<Record<string, string>>;
    without?: Readonly<Record<string, string>>;
    signal?: AbortSignal | undefined;
  },
): Promise<KubeObject[]> {
  const path = await discovery.collectionOf(apiVersion, kind, namespace);
  const labelSelector = [asSelector(labels), asSelector(without, '!=')].filter(Boolean).join(',');
  const fieldSelector = name === undefined ? {} : { fieldSelector: `metadata.name=${name}` };
  const { json } = await api.request('GET', path, { query: { labelSelector, ...fieldSelector }, signal });
  // The items of a list have no `kind` of their own.
  return (json as List).items.map((item) => ({ ...item, apiVersion, kind }) as unknown as KubeObject);
}

/**
 * The objects a stack owns in the cluster, without those that outlive it: its claims, its Secret and its history. The
 * labels instance, part-of and managed-by together mark an owned object.
 */
export async function ownedObjects(
  cluster: Cluster,
  stack: StackRef,
  signal?: AbortSignal,
): Promise<KubeObject[]> {
  const { namespace } = stack;
  const lists = await Promise.all(
    ownedKinds.map((kind) => listObjects(cluster, kind, { namespace, labels: stackLabels(stack), signal })),
  );
  const history = stackHistoryName(stack);
  return lists.flat().filter(({ kind, metadata }) => !(kind === 'ConfigMap' && metadata.name === history));
}

/**
 * The volume claims of a stack: those with the labels of their service and the name their StatefulSet gave them, unless
 * another tool manages them.
 */
export async function ownedClaims(
  cluster: Cluster,
  stack: StackRef,
  signal?: AbortSignal,
): Promise<PersistentVolumeClaim[]> {
  const claims = await listObjects(cluster, ['v1', 'PersistentVolumeClaim'], {
    namespace: stack.namespace,
    labels: stackSelector(stack),
    signal,
  });
  return (claims as PersistentVolumeClaim[]).filter(({ metadata: { name, labels = {} } }) => {
    const service = labels['app.kubernetes.io/name'];
    const isManagedElsewhere = Object.entries(managedBy).some(
      ([label, value]) => (labels[label] ?? value) !== value,
    );
    if (service === undefined || isManagedElsewhere) return false;
    return new RegExp(`-${workloadName(stack.name, service)}-\\d+$`).test(name);
  });
}

/** The owned objects that are no longer rendered. */
export function leftovers(owned: readonly KubeObject[], rendered: readonly KubeObject[]): KubeObject[] {
  const wanted = new Set(rendered.map(keyOfObject));
  return owned.filter((object) => !wanted.has(keyOfObject(object)));
}

/** The claims whose service the stack no longer runs. */
export function leftoverClaims(claims: readonly KubeObject[], stack: Stack): KubeObject[] {
  const running = new Set(stack.services.filter(isWorkload).map(({ name }) => name));
  return claims.filter(({ metadata }) => !running.has(metadata.labels?.['app.kubernetes.io/name'] ?? ''));
}

/** A reference to the stack's own Secret. */
export const stackSecretOf = (stack: StackRef): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: stackSecretName(stack), namespace: stack.namespace },
});

export interface DeleteOptions {
  /** What becomes of the objects it owns; default: they are deleted after it. `Foreground`: before it. */
  readonly propagationPolicy?: 'Background' | 'Foreground' | 'Orphan';
  /** Refuse to delete an object that was written since it was read: an API error 409. */
  readonly unchangedSince?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Deletes an object if its UID is still the same; one that is already gone is no error. */
export async function deleteObject(
  { api, discovery }: Cluster,
  object: KubeObject,
  { propagationPolicy = 'Background', unchangedSince = false, signal }: DeleteOptions = {},
): Promise<void> {
  const { uid, resourceVersion } = object.metadata;
  const preconditions = { uid, ...(unchangedSince ? { resourceVersion } : {}) };
  await api.request('DELETE', await discovery.pathOf(object), {
    // All in the body: with one, the API server does not look at the query.
    body: { propagationPolicy, ...(uid === undefined ? {} : { preconditions }) },
    accept: [404],
    signal,
  });
}
