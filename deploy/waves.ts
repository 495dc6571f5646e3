/**
 * The objects of a stack in the order in which they are applied, each wave when the one before is done: namespaces, then
 * policies, which precede the workloads, then what a pod needs, then what has pods.
 */
export function inWaves<T>(objects: readonly T[], kindOf: (object: T) => string): [T[], ...T[][]] {
  const of = (belongs: (kind: string) => boolean): T[] => objects.filter((one) => belongs(kindOf(one)));
  return [
    of((kind) => kind === 'Namespace'),
    of((kind) => kind === 'NetworkPolicy'),
    of((kind) => !early.includes(kind) && !workloads.includes(kind)),
    of((kind) => workloads.includes(kind)),
  ];
}

const early = ['Namespace', 'NetworkPolicy'];
const workloads = ['Deployment', 'StatefulSet', 'Job'];
