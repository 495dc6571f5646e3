import { jobsOf } from '../../model/jobs.ts';
import { stackLabels } from '../../model/labels.ts';
import type { Stack } from '../../model/stack.ts';
import type { Cluster } from '../../kube/cluster.ts';
import type { Deployment, Job, Pod, StatefulSet } from '../../kube/kinds.ts';
import type { KubeObject } from '../../kube/objects.ts';
import { endingOf, newestOfEach } from '../jobs.ts';
import { listObjects } from '../stack-objects.ts';

/** One workload with the pods of its newest template, or a Job with its pods. */
export interface WorkloadState {
  readonly object: KubeObject;
  /** The service it runs; of a Job the name of it in its stack. */
  readonly service: string;
  /** Whether every pod runs the newest template and is ready; of a Job whether it has completed. */
  readonly rolledOut: boolean;
  readonly pods: readonly Pod[];
  /** Why its controller cannot create pods, or has given up a Job, from the status. */
  readonly failure?: Failure;
}

export interface Failure {
  readonly reason: string;
  readonly message: string;
  /** Whether nothing is tried any more. */
  readonly isFinal: boolean;
}

/** The current state of every workload and Job of a stack. */
export async function workloadStates(
  cluster: Cluster,
  stack: Stack,
  signal?: AbortSignal,
): Promise<WorkloadState[]> {
  const at = { namespace: stack.namespace, labels: stackLabels(stack), signal };
  const [workloads, jobs] = await Promise.all([
    workloadsIn(cluster, at),
    // Not asked for where there are none: who may not list Jobs can have the state of a stack without any.
    jobsOf(stack).length === 0 ? [] : jobStates(cluster, at),
  ]);
  return [...workloads, ...jobs];
}

async function jobStates(cluster: Cluster, at: Parameters<typeof listObjects>[2]): Promise<WorkloadState[]> {
  const [jobs, pods] = await Promise.all([
    listObjects(cluster, ['batch/v1', 'Job'], at),
    listObjects(cluster, ['v1', 'Pod'], at),
  ]);
  return newestOfEach(jobs as Job[]).map((object) => jobState(object, pods as Pod[]));
}

function jobState(object: Job, pods: readonly Pod[]): WorkloadState {
  const ending = endingOf(object);
  return {
    object,
    service: serviceOf(object),
    rolledOut: ending?.is === 'Complete',
    pods: pods
      .filter((pod) => ownedBy(pod, object))
      .sort((a, b) => ((a.metadata.creationTimestamp ?? '') < (b.metadata.creationTimestamp ?? '') ? -1 : 1)),
    ...(ending?.is === 'Failed' ? { failure: { ...ending, isFinal: true } } : {}),
  };
}

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
    ...(observed && failure?.message
      ? { failure: { reason: 'FailedCreate', message: failure.message, isFinal: false } }
      : {}),
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
