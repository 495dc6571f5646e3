import { orphanStep } from '../../deploy/orphan.ts';
import { listObjects } from '../../deploy/stack-objects.ts';
import { deletionPending, type StepResult } from '../../deploy/step.ts';
import { deleteObjects } from '../../deploy/take-down.ts';
import { ClusterError } from '../../kube/cluster-error.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { nameOf, type KubeObject } from '../../kube/objects.ts';
import { readObject } from '../../kube/server-side-apply.ts';
import type { Kinds } from '../../model/kinds.ts';
import type { StackKind } from '../../model/stack-kind.ts';
import { crdName } from '../../operator/manifests/names.ts';
import { note, progress } from '../output.ts';
import type { Where } from '../owned.ts';
import { runToEnd } from '../waiting/run-to-end.ts';
import { goneWithinMs, podsGone } from './pods.ts';
import { otherOperators, removalOf } from './others.ts';

export const noteRemoved = (object: KubeObject): void => note(`${nameOf(object)} removed`);

/** The definitions that are there. @throws ClusterError PREFLIGHT_FAILED while another operator uses them. */
export async function definitionsIn(
  cluster: Cluster,
  kinds: Kinds,
  { namespace, where, signal }: { namespace: string; where: Where; signal: AbortSignal },
): Promise<KubeObject[]> {
  const others = await otherOperators(cluster, namespace, signal);
  if (others.length > 0)
    throw new ClusterError(
      'PREFLIGHT_FAILED',
      [
        'Other operators use the CustomResourceDefinitions; nothing was changed. Remove them first:',
        ...others.map((one) => `  ${removalOf(one, where)}`),
      ].join('\n'),
      { reason: 'RequirementsMissing' },
    );
  const live = await Promise.all(kinds.map((kind) => readObject(cluster, definitionOf(kind), signal)));
  return live.filter((object) => object !== undefined);
}

const definitionOf = (kind: StackKind): KubeObject => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: crdName(kind) },
});

/**
 * Deletes definitions. The API server deletes their resources with them, and the cluster what those own: one that was
 * created meanwhile is orphaned first, when no pod of the operator is left that could make it anything more.
 */
export async function deleteDefinitions(
  cluster: Cluster,
  kinds: Kinds,
  definitions: readonly KubeObject[],
  { namespace, signal }: { namespace: string; signal: AbortSignal },
): Promise<void> {
  const how = { signal, timeoutMs: goneWithinMs, onWaiting: (line: string) => progress.show(line) };
  await runToEnd(() => podsGone(cluster, namespace, signal), how);
  for (const kind of kinds)
    for (const resource of await resourcesOf(cluster, kind, undefined, signal))
      await runToEnd(() => orphanStep(cluster, resource, { signal }), how);
  await deleteObjects(cluster, definitions, { signal, onRemoved: noteRemoved });
  for (const definition of definitions) await runToEnd(() => goneStep(cluster, definition, signal), how);
}

async function goneStep(
  cluster: Cluster,
  object: KubeObject,
  signal: AbortSignal,
): Promise<StepResult<true>> {
  if ((await readObject(cluster, object, signal)) === undefined) return { done: true };
  return deletionPending(`${nameOf(object)} is still being deleted`);
}

/** The resources of a kind; none where it is not served. */
export async function resourcesOf(
  cluster: Cluster,
  { apiVersion, kind }: StackKind,
  namespace: string | undefined,
  signal: AbortSignal,
): Promise<KubeObject[]> {
  if (!(await cluster.discovery.find(apiVersion, kind))) return [];
  return listObjects(cluster, [apiVersion, kind], { namespace, signal });
}
