import { deleteObjects } from '../../deploy/take-down.ts';
import { ClusterError } from '../../kube/cluster-error.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { nameOf, type KubeObject } from '../../kube/objects.ts';
import { readObject } from '../../kube/server-side-apply.ts';
import type { Kinds } from '../../model/kinds.ts';
import type { StackKind } from '../../model/stack-kind.ts';
import { operatorManifests } from '../../operator/manifests/operator-manifests.ts';
import { chosen } from '../../operator/manifests/options.ts';
import { confirm } from '../confirm.ts';
import { interruptible } from '../interrupt.ts';
import type { ChangeOptions } from '../options.ts';
import { note, print, progress } from '../output.ts';
import { announce, findTarget, type Target } from '../target.ts';

export interface UninstallOptions extends ChangeOptions {
  readonly namespace?: string;
}

/**
 * What `mooring operator uninstall` does: deletes what an installation made, but its CustomResourceDefinitions and its
 * Namespace. Refuses while there are stacks of the operator: their new pods could not become ready without it.
 * @throws ClusterError, its code saying why.
 */
export async function uninstallCommand(kinds: Kinds, options: UninstallOptions): Promise<void> {
  const target = await findTarget(options);
  announce(target, chosen(options).namespace);
  try {
    await interruptible((signal) => uninstall(kinds, options, { target, signal }));
  } finally {
    progress.done();
    target.cluster.api.close();
  }
}

async function uninstall(
  kinds: Kinds,
  options: UninstallOptions,
  { target, signal }: { target: Target; signal: AbortSignal },
): Promise<void> {
  const { cluster } = target;
  await refuseStacks(cluster, kinds, options, signal);
  const going = await installedObjects(cluster, kinds, options, signal);
  const { namespace } = chosen(options);
  const kept = `Kept: the CustomResourceDefinitions${options.namespace === undefined ? ` and the namespace ${namespace}` : ''}.`;
  const result = { namespace, removed: going.map(nameOf) };
  if (options.dryRun) {
    const lines = [...result.removed.map((name) => `- ${name}`), kept, 'A dry run: nothing was changed.'];
    return print({ dryRun: true, ...result }, lines.join('\n'), options.output);
  }
  if (going.length > 0) await confirm(`Remove the operator from namespace ${namespace}?`, target, options);
  await deleteObjects(cluster, going, { signal, onRemoved: (object) => note(`${nameOf(object)} removed`) });
  const done =
    going.length === 0
      ? 'No operator is installed there.'
      : `The operator is gone: ${going.length} objects removed.`;
  await print(result, `${done}\n${kept}`, options.output);
}

/** What is there of an installation; what depends on others first. */
async function installedObjects(
  cluster: Cluster,
  kinds: Kinds,
  options: UninstallOptions,
  signal: AbortSignal,
): Promise<KubeObject[]> {
  const kept = ['Namespace', 'CustomResourceDefinition'];
  const own = operatorManifests(kinds, options).filter(({ kind }) => !kept.includes(kind));
  const live = await Promise.all(own.map((object) => readObject(cluster, object, signal)));
  return live.filter((object) => object !== undefined).reverse();
}

async function refuseStacks(
  cluster: Cluster,
  kinds: Kinds,
  options: UninstallOptions,
  signal: AbortSignal,
): Promise<void> {
  const stacks = await Promise.all(kinds.map((kind) => orphaningOf(cluster, kind, options, signal)));
  const lines = stacks.flat();
  if (lines.length === 0) return;
  throw new ClusterError(
    'PREFLIGHT_FAILED',
    [
      'Pods of these stacks wait for the operator, so that without it no new one could become ready; nothing was changed. Release each:',
      ...lines.map((line) => `  ${line}`),
      'It keeps running; "mooring apply --force-conflicts" of its document then makes pods that do not wait.',
    ].join('\n'),
    { reason: 'RequirementsMissing' },
  );
}

/** A command for each stack of a kind: it deletes the resource, and leaves what it owns. */
async function orphaningOf(
  { api, discovery }: Cluster,
  { apiVersion, kind, plural }: StackKind,
  { namespace }: UninstallOptions,
  signal: AbortSignal,
): Promise<string[]> {
  if (!(await discovery.find(apiVersion, kind))) return [];
  const { json } = await api.request('GET', await discovery.collectionOf(apiVersion, kind, namespace), {
    signal,
  });
  const { items } = json as { readonly items: readonly KubeObject[] };
  return items.map(
    ({ metadata }) =>
      `kubectl --namespace ${metadata.namespace ?? ''} delete ${plural} ${metadata.name} --cascade=orphan`,
  );
}
