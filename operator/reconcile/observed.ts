import { createHash } from 'node:crypto';
import { isObserved } from '../../deploy/rollout/workload-status.ts';
import { endingOf } from '../../deploy/jobs.ts';
import { isPaused } from '../../deploy/stack-objects.ts';
import type { Deployment, Job, StatefulSet } from '../../kube/kinds.ts';
import { keyOfObject, type KubeObject } from '../../kube/objects.ts';

/** What is kept of a live object in the cache; the rest of it is dropped. */
export interface Observed {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  readonly resourceVersion: string;
  /** The stack it belongs to, by its label. */
  readonly stack: string;
  /** Of everything but its status: another one means that somebody changed the object. */
  readonly fingerprint: string;
  readonly isEnding: boolean;
  /** Its owner with `controller: true`. */
  readonly ownerUid?: string;
  /** It is to be left as it is, by its annotation. */
  readonly isPaused: boolean;
  /** Of a workload, and of a Job. */
  readonly rollout?: Rollout;
}

export interface Rollout {
  readonly wanted: number;
  /** How many pods there are, of any template. */
  readonly replicas: number;
  readonly ready: number;
  /** How many pods run the newest template. */
  readonly updated: number;
  /** Whether every pod runs the newest template and is ready; of a Job whether it has completed. */
  readonly isDone: boolean;
  /** Why its controller cannot go on, with its reason. */
  readonly failure?: string;
  /** Of a StatefulSet that replaces all of its pods by itself: the revision of its newest template, once it is known. */
  readonly revision?: string;
}

/** A stack of another kind may have the same name. What nothing owns was made by `mooring apply`. */
export const isOfResource = ({ ownerUid }: Pick<Observed, 'ownerUid'>, uid: string | undefined): boolean =>
  ownerUid === undefined || ownerUid === uid;

/** The key of an object in the cache, as `keyOfObject` has it of the object itself. */
export const objectKey = ({ kind, name }: Pick<Observed, 'kind' | 'name'>): string =>
  keyOfObject({ kind, metadata: { name } });

/** Of the object itself: what an autoscaler may have as its target. */
export const asTarget = ({ kind, namespace, name }: Observed): Pick<KubeObject, 'kind' | 'metadata'> => ({
  kind,
  metadata: { namespace, name },
});

export function projectObject(object: KubeObject): Observed {
  const { apiVersion, kind, metadata } = object;
  const { name, namespace = '', uid = '', resourceVersion = '', labels = {}, deletionTimestamp } = metadata;
  const owner = metadata.ownerReferences?.find(({ controller }) => controller)?.uid;
  const rollout = rolloutOf(object);
  return {
    ...{ apiVersion, kind, name, namespace, uid, resourceVersion },
    stack: labels['app.kubernetes.io/instance'] ?? '',
    fingerprint: fingerprintOf(object),
    isEnding: deletionTimestamp !== undefined,
    isPaused: isPaused(object),
    ...(owner === undefined ? {} : { ownerUid: owner }),
    ...(rollout ? { rollout } : {}),
  };
}

/** The API server writes one state of an object always in the same form, so equal texts mean an equal state. */
export function fingerprintOf({ metadata, ...object }: KubeObject): string {
  const { managedFields = [], ...rest } = metadata;
  const ours = Object.entries(rest).filter(([field]) => !counted.includes(field));
  const owners = managedFields
    .filter(({ subresource = '' }) => subresource === '')
    .map(({ manager, operation, fieldsV1 }) => [manager, operation, fieldsV1]);
  const fields = Object.entries(object).filter(([field]) => field !== 'status');
  return createHash('sha256')
    .update(JSON.stringify([ours, owners, fields]))
    .digest('base64url')
    .slice(0, 22);
}

/** Metadata that also a change of the status changes. A deployment's controller writes the annotation of its revision. */
const counted = ['resourceVersion', 'generation'];

function rolloutOf(object: KubeObject): Rollout | undefined {
  if (object.kind === 'Job') return runOf(object);
  if (object.kind !== 'Deployment' && object.kind !== 'StatefulSet') return undefined;
  const workload = object as Workload;
  const { updatedReplicas = 0, readyReplicas = 0, replicas = 0 } = workload.status ?? {};
  const [wanted, counts] = [workload.spec?.replicas ?? 1, [updatedReplicas, readyReplicas, replicas]];
  return {
    ...{ wanted, replicas, ready: readyReplicas, updated: updatedReplicas },
    isDone: isObserved(workload) && counts.every((count) => count === wanted),
    ...failureOf(workload),
    ...revisionOf(workload),
  };
}

/** Of a Job's one pod: those that failed are not counted. */
function runOf({ status = {} }: Partial<Job>): Rollout {
  const { active = 0, succeeded = 0 } = status;
  const ending = endingOf({ status });
  return {
    ...{ wanted: 1, replicas: active, ready: succeeded, updated: active + succeeded },
    isDone: ending?.is === 'Complete',
    ...(ending?.is === 'Failed' ? { failure: `${ending.reason}: ${ending.message}` } : {}),
  };
}

type Workload = Partial<Deployment & StatefulSet> & Pick<KubeObject, 'kind' | 'metadata'>;

function failureOf({ status }: Workload): Pick<Rollout, 'failure'> {
  const found = status?.conditions?.find(isFailure);
  return found ? { failure: `${found.reason ?? ''}: ${found.message ?? ''}` } : {};
}

const isFailure = ({ type, status }: { readonly type: string; readonly status: string }): boolean =>
  (type === 'ReplicaFailure' && status === 'True') || (type === 'Progressing' && status === 'False');

/**
 * Not of one with OnDelete, or with a part that a partition holds back. Without a partition Kubernetes may make a deleted
 * pod of the earlier revision again.
 */
function revisionOf(workload: Workload): Pick<Rollout, 'revision'> {
  const { kind, spec, status } = workload;
  const { type = 'RollingUpdate', rollingUpdate } = spec?.updateStrategy ?? {};
  const isRolling = type === 'RollingUpdate' && rollingUpdate?.partition === 0;
  const isKnown = kind === 'StatefulSet' && isRolling && isObserved(workload);
  return isKnown && status?.updateRevision !== undefined ? { revision: status.updateRevision } : {};
}
