import type { ClaimTemplate } from '../shapes/pod.ts';
import type { Path } from '../source.ts';
import type { Graph } from './graph.ts';
import type { AnyObject } from './objects.ts';

/** A claim on storage: an object of its own, or a template of a StatefulSet. */
export interface Claim {
  readonly object: AnyObject;
  readonly spec: ClaimTemplate['spec'];
  /** Where its spec is written in the object. */
  readonly path: Path;
}

/** Whether a claim is for a volume that is made by hand or copied, whose size and contents are others'. */
export const isForGiven = ({ volumeName, storageClassName, ...spec }: Claim['spec']): boolean =>
  Boolean(volumeName) || storageClassName === '' || spec['dataSource'] !== undefined;

export const allClaims = (graph: Graph): Claim[] => [
  ...graph.workloads.flatMap(({ object, claims }) =>
    claims.map(({ spec }, index) => ({
      object,
      spec,
      path: ['spec', 'volumeClaimTemplates', index, 'spec'],
    })),
  ),
  ...graph
    .ofKind('PersistentVolumeClaim')
    .map((object) => ({ object, spec: object.content.spec, path: ['spec'] })),
];
