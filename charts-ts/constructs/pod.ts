import { ApiObject, JsonPatch, type ApiObjectProps, type Chart } from 'cdk8s';
import { k8s } from 'cdk8s-plus-27';
import { gatesOfService } from '../../model/gates.ts';
import type { Container, InitStep, Resources, Sidecar, Step, Workload } from '../../model/stack.ts';
import { suffixes } from '../../model/names.ts';
import type { Site } from '../options.ts';
import { digestsOf } from './config-map.ts';
import { splitEnvironment } from './environment.ts';
import { hardenedContainer, hardenedPod } from './hardening.ts';
import { labelsOf, nameOf } from './metadata.ts';
import { probesOf } from './probes.ts';
import { mountsOf, podVolumesOf } from './volumes.ts';

/** `revisionHistoryLimit`: enough to roll back, few enough to read. */
export const revisionsKept = 5;

/** The pod template of a workload. `extra` holds what only its kind of workload sets, such as how pods spread. */
export function podTemplate(
  site: Site,
  service: Workload,
  extra: Partial<k8s.PodSpec> = {},
): k8s.PodTemplateSpec {
  const volumes = podVolumesOf(site, service);
  const gates = gatesOf(site, service);
  const digests = digestsOf(site, service);
  return {
    metadata: {
      labels: labelsOf(site.stack, service),
      ...(Object.keys(digests).length > 0 ? { annotations: digests } : {}),
    },
    spec: {
      ...accountedPod(site, service),
      terminationGracePeriodSeconds: service.terminationGraceSeconds,
      ...(gates.length > 0 ? { readinessGates: gates.map((conditionType) => ({ conditionType })) } : {}),
      ...(volumes.length > 0 ? { volumes } : {}),
      ...initContainers(site, service),
      containers: [mainContainer(site, service)],
      ...extra,
    },
  };
}

/** What pods of a service and of its Jobs have in common. */
export function accountedPod(site: Site, service: Workload): k8s.PodSpec {
  const pullSecrets = site.stack.imagePullSecrets ?? [];
  return {
    ...hardenedPod(service.container.user),
    serviceAccountName: nameOf(site, service),
    ...(service.nodeSelector ? { nodeSelector: { ...service.nodeSelector } } : {}),
    ...(service.tolerations && service.tolerations.length > 0
      ? { tolerations: [...service.tolerations] }
      : {}),
    ...(pullSecrets.length > 0 ? { imagePullSecrets: pullSecrets.map((name) => ({ name })) } : {}),
  };
}

const gatesOf = ({ options }: Site, service: Workload): readonly string[] =>
  service.report && gatesOfService(service).length > 0 ? (options.readinessGates?.(service) ?? []) : [];

function mainContainer(site: Site, service: Workload): k8s.Container {
  const { container } = service;
  return {
    ...shared(site, container),
    name: service.name,
    ...(container.command ? { command: [...container.command] } : {}),
    ...(container.args ? { args: [...container.args] } : {}),
    ...(container.workingDir ? { workingDir: container.workingDir } : {}),
    ...(Object.keys(service.ports).length > 0
      ? {
          ports: containerPorts(
            Object.entries(service.ports).map(([name, { containerPort }]) => [name, containerPort]),
          ),
        }
      : {}),
    ...environmentIn(site, service),
    ...probesOf(container.probes ?? {}),
    ...mounts(mountsOf(service)),
  };
}

/** The environment of a service, for any container of its pods or of its Jobs' pods. */
function environmentIn(site: Site, service: Workload): Pick<k8s.Container, 'envFrom' | 'env'> {
  const { values, inline } = splitEnvironment(site.stack, service);
  return {
    ...(Object.keys(values).length > 0
      ? { envFrom: [{ configMapRef: { name: nameOf(site, service, suffixes.config) } }] }
      : {}),
    ...(inline.length > 0 ? { env: inline } : {}),
  };
}

const containerPorts = (ports: readonly (readonly [name: string, number: number])[]): k8s.ContainerPort[] =>
  ports.map(([name, containerPort]) => ({ name, containerPort, protocol: 'TCP' }));

/** Sidecars first: an init step may need one, such as a proxy to what it dials. */
function initContainers(site: Site, service: Workload): Pick<k8s.PodSpec, 'initContainers'> {
  const { init, sidecars = [] } = service.container;
  if (!init && sidecars.length === 0) return {};
  return {
    initContainers: [
      ...sidecars.map((sidecar) => sidecarContainer(site, service, sidecar)),
      ...(init ?? []).map((step) => initContainer(site, service, step)),
    ],
  };
}

const sidecarContainer = (site: Site, service: Workload, sidecar: Sidecar): k8s.Container => ({
  ...stepContainer(site, service, sidecar),
  ...(sidecar.ports ? { ports: containerPorts(Object.entries(sidecar.ports)) } : {}),
  ...probesOf(sidecar.probes ?? {}),
  ...mounts(mountsOf(service, sidecar)),
});

/**
 * Adds a workload whose sidecars run beside its container, as Kubernetes has it from 1.29 on. A patch of the manifest, since
 * the types of cdk8s are of an earlier release and drop the field.
 */
export function addPods(chart: Chart, manifest: object, { container }: Workload): void {
  const workload = new ApiObject(chart, 'workload', manifest as ApiObjectProps);
  for (const index of (container.sidecars ?? []).keys())
    workload.addJsonPatch(
      JsonPatch.add(`/spec/template/spec/initContainers/${index}/restartPolicy`, 'Always'),
    );
}

const initContainer = (site: Site, service: Workload, step: InitStep): k8s.Container => ({
  ...stepContainer(site, service, step),
  ...mounts(mountsOf(service, step)),
});

/** A step gets no ports, and no environment, hence no secrets, unless it asks for that of its service. */
export const stepContainer = (site: Site, service: Workload, step: Step): k8s.Container => ({
  ...shared(site, { ...service.container, ...picked(step) }),
  name: step.name,
  ...(step.command ? { command: [...step.command] } : {}),
  ...(step.args ? { args: [...step.args] } : {}),
  ...(step.environment === 'service'
    ? { ...workingDirOf(service, step), ...environmentIn(site, service) }
    : {}),
});

/** The folder is one of the service's own image. */
const workingDirOf = (
  { container: { workingDir } }: Workload,
  { image }: Step,
): Pick<k8s.Container, 'workingDir'> =>
  workingDir !== undefined && image === undefined ? { workingDir } : {};

const picked = ({ image, resources }: Step): Partial<Pick<Container, 'image' | 'resources'>> => ({
  ...(image === undefined ? {} : { image }),
  ...(resources === undefined ? {} : { resources }),
});

/** The API server drops an empty list, so one that is rendered would differ from the live object for ever. */
export const mounts = (volumeMounts: k8s.VolumeMount[]): Pick<k8s.Container, 'volumeMounts'> =>
  volumeMounts.length > 0 ? { volumeMounts } : {};

type Shared = 'image' | 'imagePullPolicy' | 'resources' | 'securityContext' | 'terminationMessagePolicy';

function shared(
  { options }: Site,
  { image, resources }: Pick<Container, 'image' | 'resources'>,
): Pick<k8s.Container, Shared> {
  return {
    image,
    // Always would ignore images that were loaded into a node (kind, air-gap).
    imagePullPolicy: 'IfNotPresent',
    resources: resourcesOf(resources),
    securityContext: hardenedContainer,
    ...(options.keepsLastLines ? { terminationMessagePolicy: 'FallbackToLogsOnError' } : {}),
  };
}

/** Requests and limits of a container. */
export const resourcesOf = ({ requests, limits }: Resources): k8s.ResourceRequirements => ({
  requests: { cpu: k8s.Quantity.fromString(requests.cpu), memory: k8s.Quantity.fromString(requests.memory) },
  limits: {
    ...(limits.cpu ? { cpu: k8s.Quantity.fromString(limits.cpu) } : {}),
    memory: k8s.Quantity.fromString(limits.memory),
  },
});
