import { hasLabels, managedBy } from '../model/labels.ts';
import type { Cluster } from '../kube/cluster.ts';
import type { Deployment, HorizontalPodAutoscaler } from '../kube/kinds.ts';
import type { KubeObject } from '../kube/objects.ts';

/** Whether an autoscaler sets an object's replicas. */
export type IsAutoscaled = (object: KubeObject) => boolean;

/** The kind of what scales others. */
export const autoscalerKind = ['autoscaling/v2', 'HorizontalPodAutoscaler'] as const;

/** Whether an object scales others. */
export const isAutoscaler = (object: KubeObject): boolean => object.kind === autoscalerKind[1];

/** The kinds of a stack that a HorizontalPodAutoscaler may scale. */
const scalable = ['Deployment', 'StatefulSet'];

/**
 * Which of the objects are scaled by an autoscaler: a rendered one, or one of another owner. A live one of the stack
 * that is no longer rendered does not count. Without permission to list them, an object that renders no replicas is
 * taken for scaled.
 */
export async function autoscaledIn(
  cluster: Cluster,
  objects: readonly KubeObject[],
  { isThere, signal }: { isThere: IsAutoscaled; signal: AbortSignal | undefined },
): Promise<IsAutoscaled> {
  const namespaces = new Set(
    objects
      .filter((object) => scalable.includes(object.kind) && isThere(object))
      .map(({ metadata }) => metadata.namespace ?? ''),
  );
  const found = new Map(
    await Promise.all(
      [...namespaces].map(async (name) => [name, await foreignTargets(cluster, name, signal)] as const),
    ),
  );
  const foreign = new Set([...found.values()].flatMap((targets) => [...(targets ?? [])]));
  const isScaled = scaledBy(objects, (target) => foreign.has(target));
  const isUnknown = (object: KubeObject): boolean =>
    scalable.includes(object.kind) &&
    found.get(object.metadata.namespace ?? '') === undefined &&
    replicasIn(object) === undefined;
  return (object) => isUnknown(object) || isScaled(object);
}

/**
 * Which objects are scaled by a rendered autoscaler of theirs, or by one of another owner.
 * @param isForeignTarget whether one of another owner scales `<Kind> <namespace>/<name>`.
 */
export function scaledBy(
  objects: readonly KubeObject[],
  isForeignTarget: (target: string) => boolean,
): IsAutoscaled {
  const rendered = new Set(objects.filter(isAutoscaler).map(targetOf));
  return (object) =>
    scalable.includes(object.kind) &&
    (rendered.has(targetIdOf(object)) || isForeignTarget(targetIdOf(object)));
}

/** What an autoscaler of another owner scales; `undefined` for one of a stack, and where a stack has no such kind. */
export function foreignTargetOf(autoscaler: KubeObject): string | undefined {
  const { kind } = (autoscaler as HorizontalPodAutoscaler).spec.scaleTargetRef;
  const isOwn = hasLabels(autoscaler.metadata.labels, managedBy);
  return isOwn || !scalable.includes(kind) ? undefined : targetOf(autoscaler);
}

/** The targets of other owners' autoscalers in a namespace; `undefined` where they may not be listed. */
async function foreignTargets(
  { api, discovery }: Cluster,
  namespace: string,
  signal?: AbortSignal,
): Promise<Set<string> | undefined> {
  if (!(await discovery.find(...autoscalerKind))) return new Set();
  const path = await discovery.collectionOf(...autoscalerKind, namespace);
  const { status, json } = await api.request('GET', path, { accept: [403], signal });
  if (status === 403) return undefined;
  const { items } = json as { items: readonly KubeObject[] };
  return new Set(items.flatMap((item) => foreignTargetOf(item) ?? []));
}

function targetOf(autoscaler: KubeObject): string {
  const { name, kind: scaled } = (autoscaler as HorizontalPodAutoscaler).spec.scaleTargetRef;
  return targetIdOf({ kind: scaled, metadata: { ...autoscaler.metadata, name } });
}

/** What an autoscaler scales, as `<Kind> <namespace>/<name>`. */
export const targetIdOf = ({
  kind,
  metadata: { namespace = '', name },
}: Pick<KubeObject, 'kind' | 'metadata'>): string => `${kind} ${namespace}/${name}`;

const replicasIn = (object: KubeObject): number | undefined => (object as Partial<Deployment>).spec?.replicas;

/** The object without `spec.replicas`, which the autoscaler owns. */
export function withoutReplicas(object: KubeObject): KubeObject {
  const spec = Object.entries(object['spec'] as object).filter(([field]) => field !== 'replicas');
  return { ...object, spec: Object.fromEntries(spec) };
}
