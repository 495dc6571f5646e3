import type { PodCondition } from 'kubernetes-types/core/v1.js';
import { isReady } from '../../deploy/rollout/workload-status.ts';
import type { Pod } from '../../kube/kinds.ts';
import type { KubeObject } from '../../kube/objects.ts';
import { dependencyOfCondition, verifiedCondition } from '../../model/gates.ts';
import { configDigestAnnotation } from '../../model/names.ts';
import type { Condition } from '../conditions.ts';
import { lastingCauses, type PodCause } from './pod-causes.ts';

/** What is kept of a pod in the cache; the rest of it is dropped. */
export interface PodView {
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  readonly resourceVersion: string;
  /** The stack and the service it belongs to, by its labels. */
  readonly stack: string;
  readonly service: string;
  /** Its address, while its containers run; absent before, after, and while it is being deleted. */
  readonly ip?: string;
  /** The ports of its containers by name. */
  readonly ports: Readonly<Record<string, number>>;
  /** The readiness gates it was created with that this version sets. */
  readonly gates: readonly string[];
  /** The conditions of those gates, as they are. */
  readonly conditions: readonly Condition[];
  /** The digest of the configuration it was rendered with. */
  readonly digest?: string;
  /** Whether Kubernetes takes it as ready. */
  readonly isReady: boolean;
  readonly isEnding: boolean;
  /** Since when Kubernetes takes it as ready, or as not ready, RFC 3339. */
  readonly readinessSince?: string;
  /** Of a pod that is not ready only: why it may never be. */
  readonly causes: readonly PodCause[];
  /** When the first of its containers began that run, RFC 3339; absent while none runs. */
  readonly startedAt?: string;
  /** Its owner with `controller: true`. */
  readonly ownerUid?: string;
  /** The revision of its StatefulSet that it was made from. */
  readonly revision?: string;
}

/** `<namespace>/<name>`, the key of a pod in its cache. */
export const podKeyOf = ({ namespace, name }: Pick<PodView, 'namespace' | 'name'>): string =>
  `${namespace}/${name}`;

/** What is kept of a pod. */
export function projectPod(object: KubeObject): PodView {
  const { metadata, spec, status } = object as Pod;
  const { name, namespace = '', uid = '', resourceVersion = '', labels = {}, annotations = {} } = metadata;
  const gates = (spec.readinessGates ?? []).map(({ conditionType }) => conditionType).filter(isOwn);
  const ip = addressOf(object as Pod);
  const digest = annotations[configDigestAnnotation];
  return {
    ...{ name, namespace, uid, resourceVersion, gates },
    stack: labels['app.kubernetes.io/instance'] ?? '',
    service: labels['app.kubernetes.io/name'] ?? '',
    ...(ip === undefined ? {} : { ip }),
    ports: Object.fromEntries(
      spec.containers
        .flatMap(({ ports = [] }) => ports)
        .map(({ name: port = '', containerPort }) => [port, containerPort]),
    ),
    conditions: (status.conditions ?? []).filter(({ type }) => gates.includes(type)).map(conditionOf),
    ...(digest === undefined ? {} : { digest }),
    ...readinessOf(object as Pod),
    isEnding: metadata.deletionTimestamp !== undefined,
    ...startOf(object as Pod),
    ...originOf(object),
  };
}

function startOf({ status }: Pod): Pick<PodView, 'startedAt'> {
  const times = (status.containerStatuses ?? []).flatMap(({ state }) => state?.running?.startedAt ?? []);
  const [startedAt] = times.sort();
  return startedAt === undefined ? {} : { startedAt };
}

function originOf({ metadata }: KubeObject): Pick<PodView, 'ownerUid' | 'revision'> {
  const owner = metadata.ownerReferences?.find(({ controller }) => controller)?.uid;
  const revision = metadata.labels?.['controller-revision-hash'];
  return {
    ...(owner === undefined ? {} : { ownerUid: owner }),
    ...(revision === undefined ? {} : { revision }),
  };
}

function readinessOf(pod: Pod): Pick<PodView, 'isReady' | 'readinessSince' | 'causes'> {
  const condition = pod.status.conditions?.find(({ type }) => type === 'Ready');
  const since = condition?.lastTransitionTime ?? pod.metadata.creationTimestamp;
  return {
    isReady: isReady(pod),
    ...(since === undefined ? {} : { readinessSince: since }),
    causes: isReady(pod) ? [] : lastingCauses(pod),
  };
}

/** Another version, or another program, may have gates of its own in a pod. */
const isOwn = (condition: string): boolean =>
  condition === verifiedCondition || dependencyOfCondition(condition) !== undefined;

/** A pod that is being deleted gets no new clients, and its process stops answering: its gates are left alone. */
const addressOf = ({ metadata, status }: Pod): string | undefined =>
  status.phase === 'Running' && metadata.deletionTimestamp === undefined ? status.podIP : undefined;

const conditionOf = ({
  type,
  status,
  reason = '',
  message = '',
  lastTransitionTime = '',
}: PodCondition): Condition => ({
  ...{ type, reason, message, lastTransitionTime },
  status: status === 'True' || status === 'False' ? status : 'Unknown',
});
