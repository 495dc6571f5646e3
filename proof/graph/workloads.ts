import type { KnownKind } from './kinds.ts';
import type { AnyObject } from './objects.ts';
import type { Path, Place } from '../source.ts';
import type { ContainerSpec } from '../shapes/container.ts';
import type { ClaimTemplate, PodSpec } from '../shapes/pod.ts';
import { environmentOf, sourcesKnown, type EnvEntry, type Find } from './environment.ts';
import type { Labels } from './selectors.ts';

/** What runs pods, with its pod's template unfolded. */
export interface Workload {
  readonly object: AnyObject;
  readonly kind: KnownKind;
  readonly name: string;
  readonly namespace: string;
  /** The labels of its pods. */
  readonly labels: Labels;
  /** The annotations of its pods. */
  readonly annotations: Labels;
  readonly pod: PodSpec;
  /** Where the pod's spec and metadata are written. */
  readonly podPath: Path;
  readonly replicas: number;
  readonly claims: readonly ClaimTemplate[];
  readonly containers: readonly Container[];
}

export interface Container {
  readonly name: string;
  /** Whether it ends before the pod's own containers start. */
  readonly init: boolean;
  readonly spec: ContainerSpec;
  readonly place: Place;
  /** What the process finds in its environment, in the order in which it is made. */
  readonly env: readonly EnvEntry[];
  /** The same by name. */
  readonly variables: ReadonlyMap<string, EnvEntry>;
  /** Whether all of it is among the manifests: else what is not set may be set all the same. */
  readonly envKnown: boolean;
}

/** The workload of an object, or `undefined` when it runs no pods. */
export function workloadOf(object: AnyObject, find: Find): Workload | undefined {
  const unfolded = unfold(object);
  if (!unfolded) return undefined;
  const { template, path, replicas = 1, claims = [] } = unfolded;
  const podPath = [...path, 'spec'];
  const containersAt = (field: 'containers' | 'initContainers'): Container[] =>
    template.spec[field].map((spec, index) => {
      const place = { doc: object.doc, path: [...podPath, field, index] };
      const init = field === 'initContainers' && spec['restartPolicy'] !== 'Always';
      const variables = environmentOf(spec, place, object.namespace, find);
      return {
        name: spec.name,
        init,
        spec,
        place,
        env: [...variables.values()],
        variables,
        envKnown: sourcesKnown(spec, object.namespace, find),
      };
    });
  return {
    object,
    kind: object.kind,
    name: object.name,
    namespace: object.namespace,
    labels: template.metadata.labels,
    annotations: template.metadata.annotations,
    pod: template.spec,
    podPath,
    replicas,
    claims,
    containers: [...containersAt('initContainers'), ...containersAt('containers')],
  };
}

interface Unfolded {
  readonly template: {
    readonly metadata: { readonly labels: Labels; readonly annotations: Labels };
    readonly spec: PodSpec;
  };
  readonly path: Path;
  readonly replicas?: number | undefined;
  readonly claims?: readonly ClaimTemplate[];
}

function unfold(object: AnyObject): Unfolded | undefined {
  const inside: Path = ['spec', 'template'];
  switch (object.kind) {
    case 'Deployment':
      return { template: object.content.spec.template, path: inside, replicas: object.content.spec.replicas };
    case 'StatefulSet': {
      const { template, replicas, volumeClaimTemplates } = object.content.spec;
      return { template, path: inside, replicas, claims: volumeClaimTemplates };
    }
    case 'DaemonSet':
    case 'Job':
      return { template: object.content.spec.template, path: inside };
    case 'CronJob':
      return {
        template: object.content.spec.jobTemplate.spec.template,
        path: ['spec', 'jobTemplate', ...inside],
      };
    case 'Pod':
      return { template: object.content, path: [] };
    default:
      return undefined;
  }
}
