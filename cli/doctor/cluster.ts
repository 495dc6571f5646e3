import type { Kinds } from '../../model/kinds.ts';
import type { Stack } from '../../model/stack.ts';
import type { Cluster } from '../../kube/cluster.ts';
import type { KubeObject } from '../../kube/objects.ts';
import { workloadStates } from '../../deploy/rollout/workload-status.ts';
import { readObject } from '../../kube/server-side-apply.ts';
import { renderStack } from '../../charts-ts/render.ts';
import type { DoctorOptions } from '../commands/doctor.ts';
import { findTarget, type Target } from '../context.ts';
import { CommandError } from '../fail.ts';
import { note, progress } from '../output.ts';
import { documentOf } from '../source.ts';
import type { Check } from './check.ts';
import { consentOf, type Consent } from './consent.ts';
import { dialChecks } from './dials.ts';
import { environmentChecks } from './environments.ts';
import { podChecks } from './pods.ts';
import { runningBackends } from './running.ts';
import { surroundingChecks } from './surroundings.ts';
import { writtenManifests } from './written.ts';
import { wiringChecks } from './wiring.ts';

/**
 * Compares what the contract says, what is rendered, what lives in the cluster and what the backend's process says
 * of itself; dials every store from where the backend is; and looks at what the stack needs around it.
 * @throws CommandError NOT_FOUND_IN_CLUSTER when nothing of the stack is there; ClusterError.
 */
export async function clusterChecks(kinds: Kinds, options: DoctorOptions): Promise<Check[]> {
  const stack = documentOf(kinds, options.file).stack();
  const target = await findTarget(options);
  note(`Context ${target.context} (${target.server}), namespace ${stack.namespace}, stack ${stack.name}`);
  try {
    return await checksOf(target, stack, consentOf(target, options));
  } finally {
    progress.done();
    target.cluster.api.close();
  }
}

async function checksOf({ cluster, context }: Target, stack: Stack, consent: Consent): Promise<Check[]> {
  progress.show('Reading what lives in the cluster …');
  const rendered = renderStack(stack);
  const live = await liveObjects(cluster, rendered);
  if (!live.some(({ kind }) => kind === 'Deployment' || kind === 'StatefulSet'))
    throw new CommandError(
      'NOT_FOUND_IN_CLUSTER',
      `There is no stack "${stack.name}" in namespace ${stack.namespace} of context ${context}. "mooring apply" brings it there.`,
    );
  const states = await workloadStates(cluster, stack);
  const written = writtenManifests(stack);
  progress.show('Asking the running backends …');
  const running = await runningBackends(cluster, stack, live);
  const [pods, surroundings] = await Promise.all([
    podChecks(cluster, stack, states),
    surroundingChecks(cluster, stack, rendered),
  ]);
  progress.show('Dialling every store from where the backend is …');
  const dials = await dialChecks(cluster, stack, live, consent);
  return [
    ...dials,
    ...environmentChecks(stack, { rendered: written ?? rendered, live, running }),
    ...wiringChecks(rendered, live),
    ...pods,
    ...surroundings,
  ];
}

/** The rendered objects as they are in the cluster, and every other ConfigMap of the stack that a pod may read. */
async function liveObjects(cluster: Cluster, rendered: readonly KubeObject[]): Promise<KubeObject[]> {
  const kinds = ['Deployment', 'StatefulSet', 'Service', 'ConfigMap'];
  const wanted = rendered.filter(({ kind }) => kinds.includes(kind));
  const found = await Promise.all(wanted.map((object) => readObject(cluster, object)));
  return found.filter((object) => object !== undefined);
}
