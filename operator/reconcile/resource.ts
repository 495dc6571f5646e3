import { nameOf, type KubeObject, type Metadata } from '../../kube/objects.ts';
import type { Condition } from '../conditions.ts';

/** A custom resource: a document in the cluster, and what is known of its stack. */
export interface StackResource extends KubeObject {
  readonly metadata: Metadata & { readonly namespace: string; readonly uid: string };
  readonly spec?: object;
  readonly status?: StackStatus;
}

/** As `manifests/status-schema.ts` describes it. */
export interface StackStatus {
  readonly observedGeneration?: number;
  /** Reasons of conditions, such as `Available` or `Available,Paused`. */
  readonly summary?: string;
  readonly conditions?: readonly Condition[];
  readonly endpoint?: string;
  readonly revision?: number;
  readonly digest?: string;
  readonly inventory?: string;
  readonly replicas?: number;
  readonly selector?: string;
  readonly lastDrift?: Drift;
  readonly rotation?: RotationStatus;
}

/** The rotation of the secrets that was asked for last. */
export interface RotationStatus {
  /** What it was asked for with. */
  readonly token: string;
  /** `Waiting`: it is tried again by itself; `Failed`: so too, though something has to be mended before it can be. */
  readonly phase: 'Rotating' | 'Waiting' | 'Failed' | 'Done' | 'Cancelled';
  /** What it waits for, or why it failed, without secrets; else empty. */
  readonly message: string;
  /** Since when it is in this phase, RFC 3339. */
  readonly time: string;
}

/** Stands in a drift for the manager of a change that left no trace of who made it. */
export const unknownManager = 'unknown';

/** Stands in a drift for the value of a field that is not there. */
export const noValue = 'nothing';

/** A change by another manager. Both values are redacted. */
export interface Drift {
  /** Such as `Service demo-redis`. */
  readonly object: string;
  /** Empty where the object itself was deleted. */
  readonly field: string;
  /** What is rendered, as JSON. */
  readonly from: string;
  /** What was found, as JSON; `hidden` where it may be a secret. */
  readonly to: string;
  /** What is rendered elsewhere and has no effect beside it, in words. */
  readonly overrides?: string;
  readonly manager: string;
  /** When it was found, RFC 3339. */
  readonly time: string;
}

/** That an object itself was deleted, which leaves no trace of whose it was. */
export const deletionOf = (object: KubeObject, time = new Date().toISOString()): Drift => ({
  object: nameOf(object),
  field: '',
  from: 'the object',
  to: 'deleted',
  manager: unknownManager,
  time,
});

/** What is kept of a custom resource in the cache. */
export const projectResource = (object: KubeObject): StackResource => {
  const { name, namespace = '', uid = '', resourceVersion, generation } = object.metadata;
  const { annotations, deletionTimestamp } = object.metadata;
  const { apiVersion, kind, spec, status } = object as StackResource;
  return {
    apiVersion,
    kind,
    metadata: {
      name,
      namespace,
      uid,
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
      ...(generation === undefined ? {} : { generation }),
      ...(annotations === undefined ? {} : { annotations }),
      ...(deletionTimestamp === undefined ? {} : { deletionTimestamp }),
    },
    ...(spec === undefined ? {} : { spec }),
    ...(status === undefined ? {} : { status }),
  };
};
