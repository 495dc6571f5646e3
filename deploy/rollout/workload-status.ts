import { stackLabels } from '../../model/labels.ts';
import type { Cluster } from '../../kube/cluster.ts';
import type { Deployment, Pod, StatefulSet } from '../../kube/kinds.ts';
import type { KubeObject } from '../../kube/objects.ts';
import { listObjects, type StackRef } from '../stack-objects.ts';

/** One workload with the pods of its newest template. */
export interface WorkloadState {
  readonly object: KubeObject;
  /** The service it runs. */
  readonly service: string;
  readonly rolledOut: boolean;
  readonly pods: readonly Pod[];
  /** Why its controller cannot create pods, from the status. */
  readonly failure?: string;
}

/** The current state of every workload of a stack. */
export const workloadStates = (
  cluster: Cluster,
  stack: StackRef,
  signal?: AbortSignal,
): Promise<WorkloadState[]> =>
  workloadsIn(cluster, { namespace: stack.namespace, labels: stackLabels(stack), signal });

/** The current state of every workload of a namespace that has these labels, as its pods do. */
export async function workloadsIn(
  cluster: Cluster,
  at: Parameters<typeof listObjects>[2],
): Promise<WorkloadState[]> {
  const [deployments, sets, replicaSets, pods] = await Promise.all([
    listObjects(cluster, ['apps/v1', 'Deployment'], at),
    listObjects(cluster, ['apps/v1', 'StatefulSet'], at),
    listObjects(cluster, ['apps/v1', 'ReplicaSet'], at),
    listObjects(cluster, ['v1', 'Pod'], at),
  ]);
  const living = (pods as Pod[]).filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  return [
    ...(deployments as Deployment[]).map((object) => deploymentState(object, replicaSets, living)),
    ...(sets as StatefulSet[]).map((object) => setState(object, living)),
  ];
}

const serviceOf = ({ metadata }: KubeObject): string => metadata.labels?.['app.kubernetes.io/name'] ?? '';
/** Whether the controller has seen the newest spec. */
export const isObserved = ({
  metadata,
  status,
}: Pick<KubeObject, 'metadata'> & { readonly status?: { readonly observedGeneration?: number } }): boolean =>
  (status?.observedGeneration ?? 0) >= (metadata.generation ?? 0);
const ownedBy = (pod: KubeObject, owner: KubeObject | undefined): boolean =>
  owner !== undefined && (pod.metadata.ownerReferences ?? []).some(({ uid }) => uid === owner.metadata.uid);

const revisionMark = 'deployment.kubernetes.io/revision';

function deploymentState(
  object: Deployment,
  replicaSets: readonly KubeObject[],
  pods: readonly Pod[],
): WorkloadState {
  const { status } = object;
  const revision = object.metadata.annotations?.[revisionMark];
  const newest = replicaSets.find(
    (set) => ownedBy(set, object) && set.metadata.annotations?.[revisionMark] === revision,
  );
  const observed = isObserved(object);
  const count = object.spec.replicas ?? 1;
  const failure = status.conditions?.find(
    ({ type, status: is }) => type === 'ReplicaFailure' && is === 'True',
  );
  return {
    object,
    service: serviceOf(object),
    rolledOut:
      observed &&
      status.updatedReplicas === count &&
      status.availableReplicas === count &&
      status.replicas === count,
    pods: observed ? pods.filter((pod) => ownedBy(pod, newest)) : [],
    ...(observed && failure?.message ? { failure: failure.message } : {}),
  };
}

function setState(object: StatefulSet, pods: readonly Pod[]): WorkloadState {
  const { status } = object;
  const observed = isObserved(object);
  const own = pods.filter((pod) => ownedBy(pod, object));
  const newest = own.filter(
    ({ metadata }) => metadata.labels?.['controller-revision-hash'] === status.updateRevision,
  );
  const count = object.spec.replicas ?? 1;
  return {
    object,
    service: serviceOf(object),
    rolledOut: observed && newest.length === count && newest.every(isReady) && own.length === count,
    pods: observed ? newest : [],
  };
}

/** Whether a pod has the condition Ready. */
export const isReady = ({ status }: Pod): boolean =>
  (status.conditions ?? []).some(({ type, status: is }) => type === 'Ready' && is === 'True');
