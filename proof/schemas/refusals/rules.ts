import {
  accountOfToken,
  accessModes,
  claimStorage,
  keysOfBoth,
  persistentSource,
  secretKeys,
} from './storage.ts';
import { definitionName, labelSelector, labelsAndAnnotations, selectorOf } from './metadata.ts';
import {
  blockExceptions,
  ingressBackend,
  ingressClasses,
  ingressHost,
  ingressPath,
  ingressPort,
  ingressRules,
  policyPeer,
  policyPort,
  serviceFields,
  servicePorts,
} from './network.ts';
import {
  containerNames,
  containerResource,
  escalation,
  fileInVolume,
  fileModes,
  hook,
  hostAlias,
  hostPorts,
  initContainers,
  nameServers,
  nodeCondition,
  pathInVolume,
  podField,
  probe,
  probesOfContainer,
  projectedPaths,
  resources,
  sourceOfValue,
  spreads,
  toleration,
  variableSource,
  volumeSource,
} from './pods.ts';
import { atMostOne, exactlyOne, filled, needed, oneOfTexts, within, type Rules } from './refusal.ts';
import { boundRole, policyRules, subjects } from './rights.ts';
import {
  autoscalerBounds,
  daemonSetStrategy,
  deploymentStrategy,
  disruptionBudget,
  endsPods,
  givenSelector,
  indexed,
  keepsRunning,
  metricSource,
  metricTargets,
  progressDeadline,
  schedule,
  selectsSome,
  statefulSetStrategy,
  templateSelector,
} from './workloads.ts';

const fromZero = (...fields: readonly string[]) => within(0, Infinity, ...fields);

/**
 * What the API server refuses beside what its schema says, by the type of the part: the laws of Kubernetes'
 * pkg/apis/…/validation that people meet. test/apiserver holds each against a real one.
 */
export const rules: Rules = {
  'apis.meta.v1.ObjectMeta': [labelsAndAnnotations],
  'apis.meta.v1.LabelSelector': [labelSelector],

  'apiextensions.v1.CustomResourceDefinition': [definitionName],

  'core.v1.PodSpec': [
    ...[containerNames, initContainers, hostPorts, nameServers, spreads],
    ...[selectorOf('nodeSelector'), fromZero('terminationGracePeriodSeconds')],
    within(1, 2 ** 31 - 1, 'activeDeadlineSeconds'),
  ],
  'core.v1.Container': [probesOfContainer],
  'core.v1.ContainerPort': [within(1, 65_535, 'containerPort'), within(0, 65_535, 'hostPort')],
  'core.v1.EnvVar': [variableSource, podField, containerResource],
  'core.v1.EnvVarSource': [sourceOfValue],
  'core.v1.EnvFromSource': [exactlyOne('configMapRef', 'secretRef')],
  'core.v1.ResourceRequirements': [resources],
  'core.v1.SecurityContext': [escalation],
  'core.v1.Probe': [
    probe,
    fromZero(
      'initialDelaySeconds',
      'periodSeconds',
      'timeoutSeconds',
      'successThreshold',
      'failureThreshold',
    ),
    within(1, Infinity, 'terminationGracePeriodSeconds'),
  ],
  'core.v1.LifecycleHandler': [hook],
  'core.v1.VolumeMount': [pathInVolume],
  'core.v1.Volume': [volumeSource],
  'core.v1.VolumeProjection': [
    atMostOne(
      'secret',
      'configMap',
      'downwardAPI',
      'serviceAccountToken',
      'clusterTrustBundle',
      'podCertificate',
    ),
  ],
  'core.v1.ProjectedVolumeSource': [projectedPaths, fileModes('defaultMode')],
  'core.v1.ConfigMapVolumeSource': [fileModes('defaultMode')],
  'core.v1.SecretVolumeSource': [fileModes('defaultMode')],
  'core.v1.DownwardAPIVolumeSource': [fileModes('defaultMode')],
  'core.v1.KeyToPath': [fileInVolume, fileModes('mode')],
  'core.v1.DownwardAPIVolumeFile': [fileInVolume, fileModes('mode')],
  'core.v1.Toleration': [toleration],
  'core.v1.HostAlias': [hostAlias],
  'core.v1.TopologySpreadConstraint': [within(1, Infinity, 'maxSkew', 'minDomains')],
  'core.v1.NodeSelector': [needed('nodeSelectorTerms', 'a term')],
  'core.v1.NodeSelectorRequirement': [nodeCondition],
  'core.v1.WeightedPodAffinityTerm': [within(1, 100, 'weight')],
  'core.v1.PreferredSchedulingTerm': [within(1, 100, 'weight')],

  'apps.v1.DeploymentSpec': [
    ...[keepsRunning, selectsSome, progressDeadline],
    fromZero('replicas', 'minReadySeconds', 'revisionHistoryLimit', 'progressDeadlineSeconds'),
  ],
  'apps.v1.DeploymentStrategy': [deploymentStrategy],
  'apps.v1.ReplicaSetSpec': [keepsRunning, selectsSome, fromZero('replicas', 'minReadySeconds')],
  'core.v1.ReplicationControllerSpec': [keepsRunning, fromZero('replicas', 'minReadySeconds')],
  'apps.v1.StatefulSetSpec': [
    ...[keepsRunning, selectsSome],
    fromZero('replicas', 'minReadySeconds', 'revisionHistoryLimit'),
  ],
  'apps.v1.StatefulSetUpdateStrategy': [statefulSetStrategy],
  'apps.v1.StatefulSetPersistentVolumeClaimRetentionPolicy': [
    oneOfTexts('whenDeleted', ['Retain', 'Delete']),
    oneOfTexts('whenScaled', ['Retain', 'Delete']),
  ],
  'apps.v1.DaemonSetSpec': [keepsRunning, selectsSome, fromZero('minReadySeconds', 'revisionHistoryLimit')],
  'apps.v1.DaemonSetUpdateStrategy': [daemonSetStrategy],
  'batch.v1.JobSpec': [
    ...[endsPods, indexed],
    fromZero(
      'parallelism',
      'completions',
      'activeDeadlineSeconds',
      'backoffLimit',
      'ttlSecondsAfterFinished',
    ),
    fromZero('backoffLimitPerIndex', 'maxFailedIndexes'),
  ],
  'batch.v1.CronJobSpec': [
    schedule,
    fromZero('startingDeadlineSeconds', 'successfulJobsHistoryLimit', 'failedJobsHistoryLimit'),
  ],
  'batch.v1.JobTemplateSpec': [templateSelector],
  'batch.v1.Job': [givenSelector],
  'policy.v1.PodDisruptionBudgetSpec': [disruptionBudget],
  'autoscaling.v1.HorizontalPodAutoscalerSpec': [
    autoscalerBounds,
    within(1, Infinity, 'minReplicas', 'maxReplicas'),
  ],
  'autoscaling.v2.HorizontalPodAutoscalerSpec': [
    autoscalerBounds,
    within(1, Infinity, 'minReplicas', 'maxReplicas'),
  ],
  'autoscaling.v2.MetricSpec': [
    oneOfTexts('type', ['Resource', 'ContainerResource', 'Pods', 'Object', 'External']),
    metricSource,
    ...metricTargets,
  ],
  'autoscaling.v2.MetricTarget': [
    oneOfTexts('type', ['Utilization', 'AverageValue', 'Value']),
    within(1, Infinity, 'averageUtilization'),
  ],
  'autoscaling.v2.HPAScalingRules': [
    filled('policies', 'a policy'),
    within(0, 3600, 'stabilizationWindowSeconds'),
    oneOfTexts('selectPolicy', ['Max', 'Min', 'Disabled']),
  ],
  'autoscaling.v2.HPAScalingPolicy': [
    oneOfTexts('type', ['Pods', 'Percent']),
    within(1, Infinity, 'value'),
    within(1, 1800, 'periodSeconds'),
  ],

  'core.v1.ServiceSpec': [servicePorts, serviceFields, selectorOf('selector')],
  'networking.v1.Ingress': [ingressClasses],
  'networking.v1.IngressSpec': [ingressRules],
  'networking.v1.IngressRule': [ingressHost],
  'networking.v1.HTTPIngressPath': [ingressPath],
  'networking.v1.IngressBackend': [ingressBackend],
  'networking.v1.IngressServiceBackend': [ingressPort],
  'networking.v1.NetworkPolicyPeer': [policyPeer],
  'networking.v1.NetworkPolicyPort': [policyPort],
  'networking.v1.IPBlock': [blockExceptions],

  'core.v1.PersistentVolumeClaimSpec': [claimStorage, accessModes, needed('accessModes', 'an access mode')],
  'core.v1.PersistentVolumeSpec': [persistentSource, accessModes, needed('accessModes', 'an access mode')],
  'core.v1.ConfigMap': [keysOfBoth],
  'core.v1.Secret': [secretKeys, accountOfToken],

  'rbac.v1.Role': [policyRules],
  'rbac.v1.ClusterRole': [policyRules],
  'rbac.v1.RoleBinding': [boundRole('Role', 'ClusterRole'), subjects],
  'rbac.v1.ClusterRoleBinding': [boundRole('ClusterRole'), subjects],
  'scheduling.v1.PriorityClass': [within(-Infinity, 1_000_000_000, 'value')],
};
