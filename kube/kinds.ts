import type {
  DeploymentSpec,
  DeploymentStatus,
  StatefulSetSpec,
  StatefulSetStatus,
} from 'kubernetes-types/apps/v1.js';
import type { HorizontalPodAutoscalerSpec } from 'kubernetes-types/autoscaling/v2.js';
import type { JobSpec, JobStatus } from 'kubernetes-types/batch/v1.js';
import type { LeaseSpec } from 'kubernetes-types/coordination/v1.js';
import type {
  PersistentVolumeClaimSpec,
  PersistentVolumeClaimStatus,
  PodSpec,
  PodStatus,
  PodTemplateSpec,
  ServiceSpec,
} from 'kubernetes-types/core/v1.js';
import type { KubeObject } from './objects.ts';

/**
 * Live objects of the kinds Mooring reads, typed by kubernetes-types. It leaves `metadata`, `spec` and `status`
 * optional, as a client may send them; the API server always returns them.
 */
type Live<Fields extends object> = KubeObject & Readonly<Fields>;

export type Pod = Live<{ spec: PodSpec; status: PodStatus }>;
export type Deployment = Live<{ spec: DeploymentSpec; status: DeploymentStatus }>;
export type StatefulSet = Live<{ spec: StatefulSetSpec; status: StatefulSetStatus }>;
export type Job = Live<{ spec: JobSpec; status?: JobStatus }>;
export type PersistentVolumeClaim = Live<{
  spec: PersistentVolumeClaimSpec;
  status?: PersistentVolumeClaimStatus;
}>;
export type Service = Live<{ spec: ServiceSpec }>;
export type HorizontalPodAutoscaler = Live<{ spec: HorizontalPodAutoscalerSpec }>;
export type Lease = Live<{ spec?: LeaseSpec }>;

/** The pod template of a workload, live or rendered; `undefined` where the object has none. */
export const podTemplateOf = (object: KubeObject): PodTemplateSpec | undefined =>
  (object['spec'] as { template?: PodTemplateSpec } | undefined)?.template;
