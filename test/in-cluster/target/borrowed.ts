import { Unavailable } from '../../servers/unavailable.ts';
import type { Cluster } from '../../lab/cluster.ts';

/** Clusters that are not ours to disturb, and what they are called. */
const borrowed = new WeakMap<Cluster, string>();

export function markBorrowed(cluster: Cluster, name: string): void {
  borrowed.set(cluster, name);
}

/**
 * For what takes away a part of the cluster that others may rely on.
 * @throws Unavailable where the cluster is somebody else's.
 */
export function requireOwn(cluster: Cluster, what: string): void {
  const name = borrowed.get(cluster);
  if (name !== undefined) throw new Unavailable(what, `${name} is not the tests' own to disturb`);
}
