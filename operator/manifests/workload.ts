import { k8s } from 'cdk8s-plus-27';
import { hardenedContainer, hardenedPod } from '../../charts-ts/constructs/hardening.ts';
import { resourcesOf } from '../../charts-ts/constructs/pod.ts';
import { probesOf } from '../../charts-ts/constructs/probes.ts';
import type { OperatorEnv } from '../env.ts';
import { onlyNamespaceVariable, operatorContainer, operatorName, operatorPodLabels } from './names.ts';
import type { Chosen } from './options.ts';

/** Health and metrics are served at one port. */
export const metricsPort = 'metrics';

/** The user of the image (operator/Dockerfile). */
const user = { uid: 1000, gid: 1000 };

/** Room for the caches of 1,000 stacks. */
const resources = { requests: { cpu: '50m', memory: '192Mi' }, limits: { memory: '512Mi' } };

const selector = { matchLabels: operatorPodLabels };

/** The operator's Deployment. */
export const deploymentSpec = (chosen: Chosen): k8s.DeploymentSpec => ({
  replicas: chosen.replicas,
  selector,
  template: {
    metadata: { labels: operatorPodLabels },
    spec: {
      ...hardenedPod(user),
      // Unlike a stack's pods it talks to the API server.
      automountServiceAccountToken: true,
      serviceAccountName: operatorName,
      affinity: { podAntiAffinity: spread },
      containers: [container(chosen)],
    },
  },
});

/** A drain takes one pod at a time. Of a single replica it takes that one: the stacks keep running. */
export const disruptionBudgetSpec: k8s.PodDisruptionBudgetSpec = {
  maxUnavailable: k8s.IntOrString.fromNumber(1),
  unhealthyPodEvictionPolicy: 'AlwaysAllow',
  selector,
};

/** Preferred only: a cluster of one node has both replicas too. */
const spread: k8s.PodAntiAffinity = {
  preferredDuringSchedulingIgnoredDuringExecution: [
    { weight: 100, podAffinityTerm: { topologyKey: 'kubernetes.io/hostname', labelSelector: selector } },
  ],
};

const container = ({ image, port, isNamespaced }: Chosen): k8s.Container => ({
  name: operatorContainer,
  image,
  imagePullPolicy: 'IfNotPresent',
  ports: [{ name: metricsPort, containerPort: port, protocol: 'TCP' }],
  env: [
    fromField('POD_NAME', 'metadata.name'),
    fromField('POD_NAMESPACE', 'metadata.namespace'),
    ...(isNamespaced ? [fromField(onlyNamespaceVariable, 'metadata.namespace')] : []),
  ],
  ...probesOf({
    liveness: { http: { path: '/healthz', port: metricsPort }, periodSeconds: 10, failureThreshold: 3 },
    readiness: { http: { path: '/readyz', port: metricsPort }, periodSeconds: 5, failureThreshold: 2 },
  }),
  resources: resourcesOf(resources),
  securityContext: hardenedContainer,
});

const fromField = (name: keyof OperatorEnv, fieldPath: string): k8s.EnvVar => ({
  name,
  valueFrom: { fieldRef: { fieldPath } },
});
