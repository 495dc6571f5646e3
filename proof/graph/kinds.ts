import { z } from 'zod';
import { metadata } from '../shapes/common.ts';
import { ingressSpec, policySpec, serviceSpec } from '../shapes/network.ts';
import { configMap, namespace, secret, serviceAccount } from '../shapes/core.ts';
import { claimSpec, podSpec } from '../shapes/pod.ts';
import {
  autoscalerSpec,
  cronJobSpec,
  daemonSetSpec,
  deploymentSpec,
  disruptionBudgetSpec,
  jobSpec,
  statefulSetSpec,
} from '../shapes/workload.ts';

const withSpec = <T extends z.ZodType>(spec: T) => ({ spec });
const object = <T extends z.ZodRawShape>(fields: T) => z.looseObject({ metadata, ...fields });

/** The shape of each kind that is checked. */
export const shapes = {
  Deployment: object(withSpec(deploymentSpec)),
  StatefulSet: object(withSpec(statefulSetSpec)),
  DaemonSet: object(withSpec(daemonSetSpec)),
  Job: object(withSpec(jobSpec)),
  CronJob: object(withSpec(cronJobSpec)),
  Pod: object(withSpec(podSpec)),
  Service: object(withSpec(serviceSpec)),
  ConfigMap: object(configMap),
  Secret: object(secret),
  ServiceAccount: object(serviceAccount),
  Namespace: object(namespace),
  NetworkPolicy: object(withSpec(policySpec)),
  Ingress: object(withSpec(ingressSpec)),
  PodDisruptionBudget: object(withSpec(disruptionBudgetSpec)),
  HorizontalPodAutoscaler: object(withSpec(autoscalerSpec)),
  PersistentVolumeClaim: object(withSpec(claimSpec)),
} as const;

export type KnownKind = keyof typeof shapes;
export type Parsed<K extends KnownKind> = z.output<(typeof shapes)[K]>;

/** Kubernetes' own groups with the versions it serves, and the kinds in each. */
const builtIn: Readonly<Record<string, readonly string[]>> = {
  v1: [
    ...['Pod', 'Service', 'ConfigMap', 'Secret', 'ServiceAccount', 'Namespace', 'PersistentVolumeClaim'],
    ...[
      'PersistentVolume',
      'Endpoints',
      'LimitRange',
      'ResourceQuota',
      'ReplicationController',
      'Event',
      'Node',
    ],
    ...['List', 'PodTemplate', 'Binding'],
  ],
  'apps/v1': ['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'ControllerRevision'],
  'batch/v1': ['Job', 'CronJob'],
  'networking.k8s.io/v1': ['NetworkPolicy', 'Ingress', 'IngressClass', 'ServiceCIDR', 'IPAddress'],
  'policy/v1': ['PodDisruptionBudget'],
  'autoscaling/v1': ['HorizontalPodAutoscaler'],
  'autoscaling/v2': ['HorizontalPodAutoscaler'],
  'rbac.authorization.k8s.io/v1': ['Role', 'RoleBinding', 'ClusterRole', 'ClusterRoleBinding'],
  'storage.k8s.io/v1': ['StorageClass', 'CSIDriver', 'CSINode', 'VolumeAttachment', 'CSIStorageCapacity'],
  'scheduling.k8s.io/v1': ['PriorityClass'],
  'coordination.k8s.io/v1': ['Lease'],
  'discovery.k8s.io/v1': ['EndpointSlice'],
};

const groupOf = (apiVersion: string): string => apiVersion.split('/').slice(0, -1).join('/');
const groups = new Set(Object.keys(builtIn).map(groupOf));

/** Where Kubernetes has a kind of this name, or `undefined` when it has none. */
export const homeOf = (kind: string): string | undefined =>
  Object.keys(builtIn).find((version) => builtIn[version]?.includes(kind));

export const kindsOf = (apiVersion: string): readonly string[] | undefined => builtIn[apiVersion];

/** Whether an apiVersion claims to be Kubernetes' own: `apps/v2` does, `cert-manager.io/v1` does not. */
export const isOwnGroup = (apiVersion: string): boolean => groups.has(groupOf(apiVersion));

export const isKnown = (kind: string): kind is KnownKind => Object.hasOwn(shapes, kind);
