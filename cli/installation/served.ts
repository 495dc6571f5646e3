import { ClusterError } from '../../kube/cluster-error.ts';
import type { Cluster } from '../../kube/cluster.ts';
import type { KubeObject } from '../../kube/objects.ts';
import { readObject } from '../../kube/server-side-apply.ts';
import type { StackKind } from '../../model/stack-kind.ts';
import { crdName, operatorName } from '../../operator/manifests/names.ts';
import { definitionsServed, type Rule } from '../../operator/manifests/rbac.ts';
import type { Chosen } from '../../operator/manifests/options.ts';
import { installedIn, watchedBy } from './installed.ts';

/**
 * The definitions whose resources an installed operator serves, as its rights say: of one namespace by its Role, of all
 * by its ClusterRole. Undefined where it has none. Throws as a request does.
 */
export async function servedIn(
  cluster: Cluster,
  watches: string | undefined,
  signal?: AbortSignal,
): Promise<string[] | undefined> {
  const role = {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: watches === undefined ? 'ClusterRole' : 'Role',
    metadata: { name: operatorName, ...(watches === undefined ? {} : { namespace: watches }) },
  };
  const live = (await readObject(cluster, role, signal)) as RoleObject | undefined;
  return live && definitionsServed(live.rules ?? []);
}

interface RoleObject extends KubeObject {
  readonly rules?: readonly Rule[] | null;
}

/**
 * Refuses to change an installation that serves kinds this command line does not know: it can neither see their stacks
 * nor give the operator their rights.
 * @throws ClusterError PREFLIGHT_FAILED with these kinds.
 */
export async function refuseUnknownKinds(
  cluster: Cluster,
  kinds: readonly StackKind[],
  { namespace, isNamespaced }: Pick<Chosen, 'namespace' | 'isNamespaced'>,
  signal: AbortSignal,
): Promise<void> {
  const installed = await installedIn(cluster, namespace, signal);
  const places = new Set([
    isNamespaced ? namespace : undefined,
    ...(installed ? [watchedBy(installed)] : []),
  ]);
  const served = await Promise.all([...places].map((place) => servedIn(cluster, place, signal)));
  const known = kinds.map(crdName);
  const unknown = [...new Set(served.flatMap((names = []) => names))].filter((name) => !known.includes(name));
  if (unknown.length === 0) return;
  throw new ClusterError(
    'PREFLIGHT_FAILED',
    [
      'The operator that is installed also serves kinds that this command line does not know; nothing was changed:',
      ...unknown.map((name) => `  - ${name}`),
      'Use the command line of these kinds, by which it was installed (docs/own-kind.md), for this command.',
    ].join('\n'),
    { reason: 'RequirementsMissing' },
  );
}
