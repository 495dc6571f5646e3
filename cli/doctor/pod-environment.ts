import type { Container, EnvFromSource, EnvVar } from 'kubernetes-types/core/v1.js';
import { settersOf } from '../../kube/field-managers.ts';
import { nameOf, type KubeObject } from '../../kube/objects.ts';
import { podTemplateOf } from '../../kube/kinds.ts';
import { setBy } from '../set-by.ts';

/** One variable of a container as its manifests have it. */
export interface SetVariable {
  /** The text; for a secret where it is: `Secret demo-secrets, key store-password`. */
  readonly value: string;
  readonly isSecret: boolean;
  /** The object that says so, and who set it, where the cluster knows. */
  readonly where: string;
}

type Objects = readonly KubeObject[];

export const containersOf = (workload: KubeObject): readonly Container[] =>
  podTemplateOf(workload)?.spec?.containers ?? [];

/**
 * What a workload's first container is started with, by variable: its ConfigMaps first, then its own `env`, which wins.
 * @param objects every object it may refer to.
 */
export function environmentIn(workload: KubeObject, objects: Objects): Map<string, SetVariable> {
  const found = new Map<string, SetVariable>();
  const [container] = containersOf(workload);
  if (!container) return found;
  for (const from of container.envFrom ?? [])
    for (const [name, variable] of wholeMap(from, objects)) found.set(name, variable);
  for (const entry of container.env ?? [])
    found.set(entry.name, own(workload, container.name, entry, objects));
  return found;
}

function wholeMap({ prefix = '', configMapRef }: EnvFromSource, objects: Objects): [string, SetVariable][] {
  const map = configMap(objects, configMapRef?.name);
  if (!map) return [];
  return Object.entries(dataOf(map)).map(([key, value]) => [
    `${prefix}${key}`,
    { value, isSecret: false, where: setIn(map, ['f:data', `f:${key}`]) },
  ]);
}

function own(workload: KubeObject, container: string, entry: EnvVar, objects: Objects): SetVariable {
  const path = ['f:spec', 'f:template', 'f:spec', 'f:containers'];
  const where = setIn(workload, [
    ...path,
    `k:${JSON.stringify({ name: container })}`,
    'f:env',
    `k:${JSON.stringify({ name: entry.name })}`,
  ]);
  const { secretKeyRef, configMapKeyRef } = entry.valueFrom ?? {};
  if (secretKeyRef)
    return { value: `Secret ${secretKeyRef.name ?? ''}, key ${secretKeyRef.key}`, isSecret: true, where };
  const map = configMap(objects, configMapKeyRef?.name);
  if (map && configMapKeyRef)
    return { value: dataOf(map)[configMapKeyRef.key] ?? '', isSecret: false, where };
  return { value: entry.value ?? '', isSecret: false, where };
}

const configMap = (objects: Objects, name: string | undefined): KubeObject | undefined =>
  objects.find(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === name);

const dataOf = (map: KubeObject): Record<string, string> => (map['data'] ?? {}) as Record<string, string>;

function setIn(object: KubeObject, path: readonly string[]): string {
  const [setter] = settersOf(object, path);
  return setter ? `${nameOf(object)}, ${setBy(setter)}` : nameOf(object);
}
