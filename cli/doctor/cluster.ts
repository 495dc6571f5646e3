import type { Kinds } from '../../model/kinds.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { nameOf, type KubeObject } from '../../kube/objects.ts';
import { workloadStates } from '../../deploy/rollout/workload-status.ts';
import { readObject } from '../../kube/server-side-apply.ts';
import { planStack, type StackSource } from '../../deploy/stack-plan.ts';
import { ClusterError, isClusterError } from '../../kube/cluster-error.ts';
import type { DoctorOptions } from './options.ts';
import { findTarget, type Target } from '../target.ts';
import { CommandError } from '../errors.ts';
import { note, progress } from '../output.ts';
import { comparedIn, type Compared } from '../compared.ts';
import { changeOf, leftBecause, unpauseOf, type Owned } from '../owned.ts';
import { documentOf } from '../source.ts';
import type { Check } from './check.ts';
import { consentOf, type Consent } from './consent.ts';
import { dialChecks } from './dials.ts';
import { gateChecks, type Gated } from './gates.ts';
import { namespaceChecks } from './namespace.ts';
import { environmentChecks } from './environments.ts';
import { objectChecks, remedyOf, type Foreseen, type Operated, type Unread } from './objects.ts';
import { podChecks } from './pods.ts';
import { runningPods } from './running.ts';
import { prerequisiteChecks } from './prerequisites.ts';
import { writtenManifests } from './rendered-manifests.ts';
import { wiringChecks } from './wiring.ts';
import { mooringOfStack } from '../same-stack.ts';

/**
 * Compares what the contract says, what is rendered, what lives in the cluster and what the processes that report say
 * of themselves; dials every store from where its clients are; and looks at what the stack needs around it.
 * @throws CommandError NOT_FOUND_IN_CLUSTER when nothing of the stack is there; ClusterError.
 */
export async function clusterChecks(kinds: Kinds, options: DoctorOptions): Promise<Check[]> {
  const found = documentOf(kinds, options.file);
  const stack = found.stack();
  const target = await findTarget(options);
  note(`Context ${target.context} (${target.server}), namespace ${stack.namespace}, stack ${stack.name}`);
  try {
    const compared = await comparedIn(target.cluster, found, options);
    const gated = { stack, kind: found.kind, owned: compared.owned, where: options, file: found.file };
    return await checksOf(target, compared, gated, consentOf(target, options));
  } finally {
    progress.done();
    target.cluster.api.close();
  }
}

async function checksOf(
  { context }: Target,
  { cluster, source }: Compared,
  gated: Gated,
  consent: Consent,
): Promise<Check[]> {
  const { stack, objects: rendered } = source;
  progress.show('Reading what lives in the cluster …');
  const live = await liveObjects(cluster, rendered.filter(isLookedInto));
  if (!live.some(({ kind }) => kind === 'Deployment' || kind === 'StatefulSet'))
    return absent(cluster, context, gated);
  const states = await workloadStates(cluster, stack);
  const written = writtenManifests(stack);
  progress.show('Asking the running services …');
  const running = await runningPods(cluster, stack, live);
  const { owned } = gated;
  const [pods, gates, surroundings, namespace, foreseen] = await Promise.all([
    podChecks(cluster, stack, states),
    gateChecks(cluster, gated),
    prerequisiteChecks(cluster, stack, rendered),
    owned ? namespaceChecks(cluster, owned) : [],
    foresee(cluster, source, gated),
  ]);
  const others = await otherObjects(
    cluster,
    rendered.filter((object) => !isLookedInto(object)),
    foreseen,
  );
  progress.show('Dialling every store from where its clients are …');
  const dials = await dialChecks(cluster, stack, live, consent);
  return [
    ...dials,
    ...environmentChecks(stack, {
      ...{ rendered: written ?? rendered, live, running },
      remedy: (effect) => remedyOf(foreseen, effect),
    }),
    ...objectChecks(stack, foreseen, { rendered, live: [...live, ...others.live], unread: others.unread }),
    ...wiringChecks(rendered, live, remedyOf(foreseen)),
    ...gates,
    ...pods,
    ...surroundings,
    ...namespace,
  ];
}

/** Of a stack without workloads: why the operator of its resource has made none, if that is known. */
async function absent(cluster: Cluster, context: string, gated: Gated): Promise<Check[]> {
  const { stack, owned } = gated;
  const checks = owned ? await gateChecks(cluster, gated) : [];
  if (checks.length > 0) return checks;
  const what = owned
    ? `${nameOf(owned.resource)} is there, and its operator has made no workload of it: "${mooringOfStack('status')}" shows why.`
    : `"${mooringOfStack('apply')}" brings it there.`;
  throw new CommandError(
    'NOT_FOUND_IN_CLUSTER',
    `There is no stack "${stack.name}" in namespace ${stack.namespace} of context ${context}. ${what}`,
  );
}

/** Kinds that the checks look into; of every other only whether it is there, and as it is rendered. */
const lookedInto = ['Deployment', 'StatefulSet', 'Service', 'ConfigMap'];
const isLookedInto = ({ kind }: KubeObject): boolean => lookedInto.includes(kind);

async function liveObjects(cluster: Cluster, rendered: readonly KubeObject[]): Promise<KubeObject[]> {
  const found = await Promise.all(rendered.map((object) => readObject(cluster, object)));
  return found.filter((object) => object !== undefined);
}

/** The other objects, as the plan has found them; read here where there is no plan, for want of a permission too. */
async function otherObjects(
  cluster: Cluster,
  rendered: readonly KubeObject[],
  foreseen: Foreseen,
): Promise<{ live: KubeObject[]; unread: Unread[] }> {
  if ('planned' in foreseen) {
    const planned = foreseen.planned.filter(({ object }) => rendered.includes(object));
    return { live: planned.flatMap(({ live }) => live ?? []), unread: [] };
  }
  const unread: Unread[] = [];
  const read = async (object: KubeObject): Promise<KubeObject | undefined> => {
    try {
      return await readObject(cluster, object);
    } catch (error) {
      if (!isClusterError(error, 'CLUSTER_DENIED')) throw error;
      unread.push({ object, reason: error.message });
      return undefined;
    }
  };
  const found = await Promise.all(rendered.map(read));
  return { live: found.filter((object) => object !== undefined), unread };
}

const unforeseeable: readonly ClusterError['code'][] = ['CLUSTER_DENIED', 'NAMESPACE_ENDING'];

const operatedBy = (owned: Owned, file: string | undefined): Operated => {
  const leaves = leftBecause(owned);
  return {
    changedBy: changeOf(owned, file),
    unpausedBy: (object) => unpauseOf(object, owned.where),
    ...(leaves === undefined ? {} : { leaves }),
  };
};

/** A plan takes a dry run, for which read permission is not enough. */
async function foresee(cluster: Cluster, source: StackSource, { owned, file }: Gated): Promise<Foreseen> {
  try {
    const plan = await planStack(cluster, source);
    return owned ? { ...plan, operated: operatedBy(owned, file) } : plan;
  } catch (error) {
    if (error instanceof ClusterError && unforeseeable.includes(error.code))
      return { unknown: error.message };
    throw error;
  }
}
