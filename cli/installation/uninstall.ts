import { deleteObjects } from '../../deploy/take-down.ts';
import { ClusterError } from '../../kube/cluster-error.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { leaseAt } from '../../kube/lease-object.ts';
import { nameOf, type KubeObject } from '../../kube/objects.ts';
import { readObject } from '../../kube/server-side-apply.ts';
import type { Kinds } from '../../model/kinds.ts';
import { operatorName } from '../../operator/manifests/names.ts';
import { operatorManifests } from '../../operator/manifests/operator-manifests.ts';
import { chosen } from '../../operator/manifests/options.ts';
import { confirm } from '../confirm.ts';
import { interruptible } from '../interrupt.ts';
import type { ChangeOptions } from '../options.ts';
import { print, progress } from '../output.ts';
import { definitionsIn, deleteDefinitions, noteRemoved, resourcesOf } from './definitions.ts';
import { kubectlOf, releaseOf } from '../owned.ts';
import { awaitPodsGone } from './pods.ts';
import { refuseUnknownKinds } from './served.ts';
import { announce, findTarget, type Target } from '../target.ts';

export interface UninstallOptions extends ChangeOptions {
  readonly namespace?: string;
  readonly deleteCrds?: true;
}

/**
 * What `mooring operator uninstall` does: deletes what an installation and its replicas made, but its Namespace, and its
 * CustomResourceDefinitions only with `--delete-crds`. Refuses while there are stacks of the operator: their new pods
 * could not become ready without it.
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
  const { namespace } = chosen(options);
  await refuseUnknownKinds(cluster, kinds, chosen(options), signal);
  await refuseStacks(cluster, kinds, options, signal);
  const definitions = options.deleteCrds
    ? await definitionsIn(cluster, kinds, { namespace, where: options, signal })
    : [];
  const objects = await installedObjects(cluster, kinds, options, signal);
  const going = [...objects, ...definitions];
  const kept = keptText(options);
  const result = { namespace, removed: going.map(nameOf) };
  if (options.dryRun) {
    const lines = [...result.removed.map((name) => `- ${name}`), ...kept, 'A dry run: nothing was changed.'];
    return print({ dryRun: true, ...result }, lines.join('\n'), options.output);
  }
  const along = definitions.length > 0 ? ` and ${definitions.map(nameOf).join(', ')}` : '';
  if (going.length > 0)
    await confirm(`Remove the operator from namespace ${namespace}${along}?`, target, options);
  await deleteInstallation(cluster, objects, { namespace, signal });
  if (definitions.length > 0) await deleteDefinitions(cluster, kinds, definitions, { namespace, signal });
  const done =
    going.length === 0
      ? 'No operator is installed there.'
      : `The operator is gone: ${going.length} objects removed.`;
  await print(result, [done, ...kept].join('\n'), options.output);
}

/** Its rights are the last that is taken: the replica that leads releases the Lease as it ends. */
async function deleteInstallation(
  cluster: Cluster,
  objects: readonly KubeObject[],
  { namespace, signal }: { namespace: string; signal: AbortSignal },
): Promise<void> {
  const how = { signal, onRemoved: noteRemoved };
  const isDeployment = ({ kind }: KubeObject): boolean => kind === 'Deployment';
  await deleteObjects(cluster, objects.filter(isDeployment), how);
  if (objects.length > 0) await awaitPodsGone(cluster, namespace, signal);
  await deleteObjects(
    cluster,
    objects.filter((object) => !isDeployment(object)),
    how,
  );
}

function keptText({ namespace, deleteCrds }: UninstallOptions): string[] {
  const kept = [
    ...(deleteCrds ? [] : ['the CustomResourceDefinitions']),
    ...(namespace === undefined ? [`the namespace ${chosen({}).namespace}`] : []),
  ];
  return kept.length > 0 ? [`Kept: ${kept.join(' and ')}.`] : [];
}

/** What is there of an installation, and the Lease that its replicas made; what depends on others first. */
async function installedObjects(
  cluster: Cluster,
  kinds: Kinds,
  options: UninstallOptions,
  signal: AbortSignal,
): Promise<KubeObject[]> {
  const kept = ['Namespace', 'CustomResourceDefinition'];
  const own = operatorManifests(kinds, options).filter(({ kind }) => !kept.includes(kind));
  const lease = leaseAt({ name: operatorName, namespace: chosen(options).namespace });
  const live = await Promise.all([lease, ...own].map((object) => readObject(cluster, object, signal)));
  return live.filter((object) => object !== undefined).reverse();
}

async function refuseStacks(
  cluster: Cluster,
  kinds: Kinds,
  options: UninstallOptions,
  signal: AbortSignal,
): Promise<void> {
  // A definition takes along the resources of every namespace.
  const scope = options.deleteCrds ? undefined : options.namespace;
  const found = await Promise.all(
    kinds.map(async (kind) =>
      (await resourcesOf(cluster, kind, scope, signal)).map((resource) => ({
        ...{ resource, kind, where: options },
      })),
    ),
  );
  const stacks = found.flat();
  if (stacks.length === 0) return;
  throw new ClusterError(
    'PREFLIGHT_FAILED',
    [
      'Pods of these stacks wait for the operator, so that without it no new one could become ready; nothing was changed. Release each, by these commands in order:',
      ...stacks.flatMap(releaseOf).map((line) => `  ${line}`),
      'Each keeps running, and then has pods that wait for no operator. Or delete the stacks you do not need; with spec.deletionPolicy Retain, the default, the volumes and the Secret of each stay:',
      ...stacks.map((stack) => `  ${kubectlOf(stack, 'delete')}`),
    ].join('\n'),
    { reason: 'RequirementsMissing' },
  );
}
