import { distance } from 'fastest-levenshtein';
import { z } from 'zod';
import { groupOf } from '../schemas/kubernetes-types.ts';
import { metadata } from '../shapes/common.ts';
import { gatewayRouteSpec, gatewaySpec, referenceGrantSpec } from '../shapes/gateway.ts';
import { ingressSpec, policySpec, serviceSpec } from '../shapes/network.ts';
import { configMap, namespace, secret, serviceAccount } from '../shapes/core.ts';
import { serviceMonitorSpec } from '../shapes/monitor.ts';
import { apiServiceSpec, definitionSpec, webhookConfiguration } from '../shapes/webhooks.ts';
import { claimSpec, podSpec } from '../shapes/pod.ts';
import { binding, rightsMetadata } from '../shapes/rights.ts';
import {
  autoscalerSpec,
  cronJobSpec,
  daemonSetSpec,
  deploymentSpec,
  disruptionBudgetSpec,
  jobSpec,
  limitRangeSpec,
  statefulSetSpec,
} from '../shapes/workload.ts';

const withSpec = <T extends z.ZodType>(spec: T) => ({ spec });
const object = <T extends z.ZodRawShape>(fields: T) => z.looseObject({ metadata, ...fields });
const rights = <T extends z.ZodRawShape>(fields: T) =>
  z.looseObject({ metadata: metadata.extend(rightsMetadata), ...fields });

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
  LimitRange: object(withSpec(limitRangeSpec)),
  PersistentVolumeClaim: object(withSpec(claimSpec)),
  Gateway: object(withSpec(gatewaySpec)),
  HTTPRoute: object(withSpec(gatewayRouteSpec)),
  GRPCRoute: object(withSpec(gatewayRouteSpec)),
  TCPRoute: object(withSpec(gatewayRouteSpec)),
  TLSRoute: object(withSpec(gatewayRouteSpec)),
  UDPRoute: object(withSpec(gatewayRouteSpec)),
  ReferenceGrant: object(withSpec(referenceGrantSpec)),
  ValidatingWebhookConfiguration: object(webhookConfiguration),
  MutatingWebhookConfiguration: object(webhookConfiguration),
  APIService: object(withSpec(apiServiceSpec)),
  CustomResourceDefinition: object(withSpec(definitionSpec)),
  PriorityClass: object({}),
  StorageClass: object({}),
  IngressClass: object({}),
  RuntimeClass: object({}),
  ServiceMonitor: object(withSpec(serviceMonitorSpec)),
  Role: rights({}),
  ClusterRole: rights({}),
  RoleBinding: rights(binding),
  ClusterRoleBinding: rights(binding),
} as const;

export type KnownKind = keyof typeof shapes;
export type Parsed<K extends KnownKind> = z.output<(typeof shapes)[K]>;

/** The version in which each kind is served: by every supported release of Kubernetes, by the Gateway API, or by Prometheus' operator. */
export const apiVersions: Readonly<Record<KnownKind, string>> = {
  Deployment: 'apps/v1',
  StatefulSet: 'apps/v1',
  DaemonSet: 'apps/v1',
  Job: 'batch/v1',
  CronJob: 'batch/v1',
  Pod: 'v1',
  Service: 'v1',
  ConfigMap: 'v1',
  Secret: 'v1',
  ServiceAccount: 'v1',
  Namespace: 'v1',
  NetworkPolicy: 'networking.k8s.io/v1',
  Ingress: 'networking.k8s.io/v1',
  PodDisruptionBudget: 'policy/v1',
  HorizontalPodAutoscaler: 'autoscaling/v2',
  LimitRange: 'v1',
  PersistentVolumeClaim: 'v1',
  Gateway: 'gateway.networking.k8s.io/v1',
  HTTPRoute: 'gateway.networking.k8s.io/v1',
  GRPCRoute: 'gateway.networking.k8s.io/v1',
  TCPRoute: 'gateway.networking.k8s.io/v1alpha2',
  TLSRoute: 'gateway.networking.k8s.io/v1alpha2',
  UDPRoute: 'gateway.networking.k8s.io/v1alpha2',
  ReferenceGrant: 'gateway.networking.k8s.io/v1beta1',
  ValidatingWebhookConfiguration: 'admissionregistration.k8s.io/v1',
  MutatingWebhookConfiguration: 'admissionregistration.k8s.io/v1',
  APIService: 'apiregistration.k8s.io/v1',
  CustomResourceDefinition: 'apiextensions.k8s.io/v1',
  PriorityClass: 'scheduling.k8s.io/v1',
  StorageClass: 'storage.k8s.io/v1',
  IngressClass: 'networking.k8s.io/v1',
  RuntimeClass: 'node.k8s.io/v1',
  ServiceMonitor: 'monitoring.coreos.com/v1',
  Role: 'rbac.authorization.k8s.io/v1',
  ClusterRole: 'rbac.authorization.k8s.io/v1',
  RoleBinding: 'rbac.authorization.k8s.io/v1',
  ClusterRoleBinding: 'rbac.authorization.k8s.io/v1',
};

/** The kinds whose objects are in no namespace. */
export const clusterKinds: readonly string[] = [
  'Namespace',
  'ClusterRole',
  'ClusterRoleBinding',
  'ValidatingWebhookConfiguration',
  'MutatingWebhookConfiguration',
  'APIService',
  'CustomResourceDefinition',
  'PriorityClass',
  'StorageClass',
  'IngressClass',
  'RuntimeClass',
] satisfies KnownKind[];

/** Where Kubernetes had workloads, policies and routes before they had groups of their own. */
const formerGroup = 'extensions';

/** Whether an apiVersion, of whatever version, is of the group of a kind. */
export const isGroupOf = (apiVersion: string, kind: KnownKind): boolean =>
  groupOf(apiVersion) === groupOf(apiVersions[kind]);

/** The same, for a former group or one a letter or two off. */
export const isNearGroup = (apiVersion: string, kind: KnownKind): boolean =>
  groupOf(apiVersion) === formerGroup || distance(groupOf(apiVersion), groupOf(apiVersions[kind])) <= 2;

export const isKnown = (kind: string): kind is KnownKind => Object.hasOwn(shapes, kind);
