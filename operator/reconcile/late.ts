import type { Observed } from './observed.ts';

/** Why a workload or Job is not as it is to be; undefined where it has rolled out, and of what is neither. */
export function lateText({
  kind,
  name,
  rollout,
}: Pick<Observed, 'kind' | 'name' | 'rollout'>): string | undefined {
  if (rollout === undefined || rollout.isDone) return undefined;
  if (kind === 'Job') return `Job ${name} has not completed${rollout.failure === undefined ? ' yet' : ''}.`;
  const { wanted, replicas, ready, updated } = rollout;
  const [who, pods] = [`${kind} ${name}`, `${ready} of ${wanted} pods ready`];
  // Pods of an earlier template that are ready go on serving.
  if (updated < wanted && ready > 0) return `${who} has ${pods}; ${updated} run what is rendered.`;
  if (ready < wanted) return `${who} has ${pods}.`;
  // Which of them is not ready is not known: where it is a new one, an earlier one goes on serving.
  if (replicas > wanted && ready < replicas)
    return `${who} has ${ready} of ${replicas} pods ready, and needs ${wanted}: its rollout has not ended.`;
  if (replicas > wanted)
    return `${who} has ${ready} pods ready, and ends ${replicas - wanted} that it no longer needs.`;
  return `${who} was changed, and its controller has not taken it up yet.`;
}
