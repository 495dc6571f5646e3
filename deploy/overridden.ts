import { podTemplateOf } from '../kube/kinds.ts';
import { nameOf, type KubeObject } from '../kube/objects.ts';
import { shownPart } from '../model/redact-object.ts';
import { variableAt } from './variable-names.ts';

/**
 * What a variable of a container is used instead of, in words: the key of a ConfigMap that the container takes its
 * environment from.
 * @param objects among which the ConfigMap is. @param object the workload. @param steps the variable's path in it.
 */
export function overriddenText(
  objects: readonly KubeObject[],
  object: KubeObject,
  steps: readonly string[],
): string | undefined {
  const name = steps.includes('env') ? variableAt(steps) : undefined;
  if (name === undefined) return undefined;
  // Of several, the last one that has the key is in force.
  for (const { configMapRef, prefix = '' } of sourcesAt(object, steps).toReversed()) {
    const map = objects.find((one) => one.kind === 'ConfigMap' && one.metadata.name === configMapRef?.name);
    const key: string = name.slice(prefix.length);
    const value = (map?.['data'] as Partial<Record<string, string>> | undefined)?.[key];
    if (map && value !== undefined && name.startsWith(prefix))
      return `${key} of ${nameOf(map)}, ${JSON.stringify(shownPart(['data', key], value))}`;
  }
  return undefined;
}

/** What the container at a path takes its environment from. */
function sourcesAt(object: KubeObject, steps: readonly string[]) {
  const { containers = [], initContainers = [] } = podTemplateOf(object)?.spec ?? {};
  return [...containers, ...initContainers].find(({ name }) => steps.includes(`[${name}]`))?.envFrom ?? [];
}
