import { podTemplateOf } from '../kube/kinds.ts';
import type { KubeObject } from '../kube/objects.ts';

/**
 * The variables that objects render as a value, in a container's environment or as keys of a ConfigMap. One whose value is
 * elsewhere, as a Secret's, is none: what others write in its place may be the secret.
 */
export const variableNames = (objects: readonly KubeObject[]): ReadonlySet<string> =>
  new Set(
    objects.flatMap((object) => {
      const { containers = [], initContainers = [] } = podTemplateOf(object)?.spec ?? {};
      const variables = [...containers, ...initContainers].flatMap(({ env = [] }) => env);
      const keys =
        object.kind === 'ConfigMap' ? Object.keys((object['data'] as object | undefined) ?? {}) : [];
      const stated = variables.filter(({ valueFrom }) => valueFrom === undefined);
      return [...keys, ...stated.map(({ name }) => name)];
    }),
  );

/** The variable that the path of a field is about; undefined where it is about none. */
export function variableAt(steps: readonly string[]): string | undefined {
  const [before, last] = [steps.at(-2), steps.at(-1)];
  return /^\[(.*)\]$/.exec((last === 'value' ? before : last) ?? '')?.[1];
}
