/** Every field of the hardening, at the level where it is written. */
export const podHardening = [
  'automountServiceAccountToken',
  'enableServiceLinks',
  'serviceAccountName',
  'securityContext.runAsNonRoot',
  'securityContext.runAsUser',
  'securityContext.runAsGroup',
  'securityContext.fsGroup',
  'securityContext.fsGroupChangePolicy',
  'securityContext.seccompProfile',
] as const;

export const containerHardening = [
  'securityContext.allowPrivilegeEscalation',
  'securityContext.readOnlyRootFilesystem',
  'securityContext.capabilities.drop',
  'resources.limits.memory',
  'resources.requests.memory',
  'resources.requests.cpu',
] as const;

/** A copy of an object without what stands at `path`. @throws RangeError when nothing stands there. */
export function without<T extends object>(object: T, path: string): T {
  const copy = structuredClone(object);
  const keys = path.split('.');
  const last = keys.pop() ?? '';
  const parent = keys.reduce<unknown>((value, key) => (value as Record<string, unknown>)[key], copy);
  if (typeof parent !== 'object' || parent === null || !Reflect.has(parent, last))
    throw new RangeError(`There is nothing at ${path}.`);
  Reflect.deleteProperty(parent, last);
  return copy;
}
