import { definitionsEstablished } from '../../deploy/definitions.ts';
import { execute } from '../../deploy/execute.ts';
import { planOf, type Planned } from '../../deploy/plan.ts';
import { namespaceState } from '../../deploy/preflight/preflight.ts';
import { refuseObstacles } from '../../deploy/stack-plan.ts';
import { ClusterError } from '../../kube/cluster-error.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { nameOf } from '../../kube/objects.ts';
import type { Kinds } from '../../model/kinds.ts';
import { unstatedText } from '../../model/unstated-rules.ts';
import { crdName } from '../../operator/manifests/names.ts';
import { operatorManifests } from '../../operator/manifests/operator-manifests.ts';
import { chosen, needsOwnImage, type ManifestOptions } from '../../operator/manifests/options.ts';
import { countText, differencesIn, diffText, warningsOf } from '../apply/plan-text.ts';
import { confirm } from '../confirm.ts';
import { interruptible } from '../interrupt.ts';
import type { ChangeOptions } from '../options.ts';
import { note, print, progress } from '../output.ts';
import { announce, findTarget, type Target } from '../target.ts';
import { refuseRivals, rivalsOf } from './others.ts';
import { refuseUnknownKinds } from './served.ts';
import { runToEnd } from '../waiting/run-to-end.ts';

export interface InstallOptions extends ManifestOptions, ChangeOptions {
  readonly forceConflicts?: true;
}

/** How long definitions may take to be served. */
const establishedWithinMs = 60_000;

/**
 * What `mooring operator install` does: plans every object, changes nothing unless all can be applied, applies them in
 * order, and waits until the API server takes resources of the kinds.
 * @throws ClusterError, its code saying why.
 */
export async function installCommand(kinds: Kinds, options: InstallOptions): Promise<void> {
  const target = await findTarget(options);
  const { namespace } = chosen(options);
  announce(target, namespace);
  try {
    await interruptible(async (signal) => {
      const planned = await planInstallation(target.cluster, kinds, options, signal);
      await (options.dryRun ? tell(planned, options) : carryOut(planned, options, { target, signal }));
    });
  } finally {
    progress.done();
    target.cluster.api.close();
  }
}

async function planInstallation(
  cluster: Cluster,
  kinds: Kinds,
  options: InstallOptions,
  signal: AbortSignal,
): Promise<Planned[]> {
  const { namespace, isNamespaced, image } = chosen(options);
  const own = options.image === undefined ? kinds.filter(needsOwnImage) : [];
  if (own.length > 0)
    note(
      `The image ${image} does not serve ${own.map(({ kind }) => kind).join(', ')}: name one that does with --image (docs/own-kind.md, "Its operator").`,
    );
  for (const line of unstatedText(kinds)) note(line);
  await refuseUnknownKinds(cluster, kinds, chosen(options), signal);
  const rivals = await rivalsOf(cluster, kinds, chosen(options), signal);
  refuseRivals(rivals, options);
  for (const line of rivals.unknown) note(line);
  const isAbsent = (await namespaceState(cluster, namespace, signal)) === 'absent';
  if (isNamespaced) await refuseMissing(cluster, kinds, isAbsent ? namespace : undefined);
  return planOf(cluster, operatorManifests(kinds, options), {
    absentNamespace: isAbsent ? namespace : undefined,
    signal,
  });
}

/** An installation for one namespace makes nothing that is cluster-wide. */
async function refuseMissing(
  { discovery }: Cluster,
  kinds: Kinds,
  absentNamespace: string | undefined,
): Promise<void> {
  const missing = absentNamespace === undefined ? [] : [`namespace "${absentNamespace}"`];
  for (const kind of kinds)
    if (!(await discovery.find(kind.apiVersion, kind.kind)))
      missing.push(`CustomResourceDefinition ${crdName(kind)}`);
  if (missing.length === 0) return;
  throw new ClusterError(
    'PREFLIGHT_FAILED',
    `An operator of one namespace needs what only an administrator may make; nothing was changed:\n${missing.map((one) => `  - ${one}`).join('\n')}`,
    { reason: 'RequirementsMissing' },
  );
}

async function tell(planned: readonly Planned[], options: InstallOptions): Promise<void> {
  for (const line of warningsOf({ planned })) note(line);
  const diff = differencesIn(planned);
  const lines = diff.length === 0 ? [] : [diffText(diff)];
  const end = diff.length === 0 ? 'Nothing would change.' : 'A dry run: nothing was changed.';
  const text = [...lines, `The operator runs the image ${where(options).image}.`, end].join('\n');
  await print({ dryRun: true, ...where(options), diff }, text, options.output);
  refuseObstacles({ planned }, options.forceConflicts === true);
}

async function carryOut(
  planned: readonly Planned[],
  options: InstallOptions,
  { target, signal }: { target: Target; signal: AbortSignal },
): Promise<void> {
  const { cluster } = target;
  const forceConflicts = options.forceConflicts === true;
  refuseObstacles({ planned }, forceConflicts);
  await ask(planned, options, target);
  const outcomes: string[] = [];
  for (const one of planned) {
    const outcome = await runToEnd(() => execute(cluster, one, { forceConflicts, signal }), { signal });
    outcomes.push(outcome);
    if (outcome !== 'unchanged') note(`${nameOf(one.object)} ${outcome}`);
  }
  const definitions = planned
    .map(({ object }) => object)
    .filter(({ kind }) => kind === 'CustomResourceDefinition');
  await runToEnd(() => definitionsEstablished(cluster, definitions, signal), {
    ...{ signal, timeoutMs: establishedWithinMs },
    onWaiting: (line) => progress.show(line),
  });
  const { namespace } = where(options);
  await print(
    { ...where(options), outcomes: countText(outcomes) },
    `The operator is in namespace ${namespace}: ${countText(outcomes)}.\nNext:    kubectl --namespace ${namespace} rollout status deployment`,
    options.output,
  );
}

async function ask(planned: readonly Planned[], options: InstallOptions, target: Target): Promise<void> {
  for (const line of warningsOf({ planned })) note(line);
  const diff = differencesIn(planned);
  // No change needs no confirmation.
  if (diff.length === 0) return;
  if (!target.isKind && !options.yes) note(diffText(diff));
  await confirm(`Install the operator in namespace ${where(options).namespace}?`, target, options);
}

const where = (options: ManifestOptions): { image: string; namespace: string } => {
  const { image, namespace } = chosen(options);
  return { image, namespace };
};
