import { secretReaders } from '../../deploy/secret-readers.ts';
import { keyOfObject, type KubeObject } from '../../kube/objects.ts';
import { gatesOfService } from '../../model/gates.ts';
import { jobsOf } from '../../model/jobs.ts';
import { asSelector, selectorOf } from '../../model/labels.ts';
import { configDigestAnnotation, workloadName } from '../../model/names.ts';
import { generatedSecretKeys } from '../../model/environment.ts';
import { isWorkload, reportingServices } from '../../model/stack.ts';
import type { StackKind } from '../../model/stack-kind.ts';
import { podTemplateOf, type Deployment } from '../../kube/kinds.ts';
import type { Desired } from './desired.ts';
import type { Shape } from './in-sync.ts';

/** What a status says of a stack that follows from its document alone. */
export function shapeOf(kind: StackKind, desired: Desired): Shape {
  const { stack, objects, reserved } = desired;
  const idle = objects.filter(isIdle);
  const idleNames = new Set(idle.map(({ metadata }) => metadata.name));
  // One that the document scales to 0 has no pod that could report.
  const reporting = reportingServices(stack).filter(
    ({ name }) => !idleNames.has(workloadName(stack.name, name)),
  );
  return {
    wantedWorkloads: stack.services.filter(isWorkload).length + jobsOf(stack).length,
    idle: idle.map(keyOfObject),
    secretKeys: generatedSecretKeys(stack).map(({ key }) => key),
    readers: secretReaders(kind, stack),
    gates: [...new Set(reporting.flatMap(gatesOfService))],
    facts: factsOf(kind, desired),
    ignoresDrift: reserved.drift === 'ignore',
  };
}

const isIdle = (object: KubeObject): boolean =>
  podTemplateOf(object) !== undefined && (object as Partial<Deployment>).spec?.replicas === 0;

function factsOf(kind: StackKind, { stack, objects }: Desired): Shape['facts'] {
  const [reporting] = reportingServices(stack);
  const workload =
    reporting && objects.find(({ metadata }) => metadata.name === workloadName(stack.name, reporting.name));
  const digest = workload && podTemplateOf(workload)?.metadata?.annotations?.[configDigestAnnotation];
  const scaled = stack.services.find(({ name }) => name === kind.scale?.service);
  const endpoint = endpointOf(kind, { stack });
  return {
    ...(digest === undefined ? {} : { digest }),
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(scaled && isWorkload(scaled) ? { selector: asSelector(selectorOf(stack, scaled)) } : {}),
  };
}

/** Where the stack is reached from inside the cluster. */
function endpointOf({ opens }: StackKind, { stack }: Pick<Desired, 'stack'>): string | undefined {
  const service = opens && stack.services.find(({ name }) => name === opens.service);
  const port = service?.ports[opens?.port ?? ''];
  if (!service || !port || !isWorkload(service)) return undefined;
  return `http://${workloadName(stack.name, service.name)}.${stack.namespace}.svc:${port.servicePort ?? port.containerPort}`;
}
