import type { Stack } from '../../model/stack.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { causesOf } from '../../deploy/rollout/causes.ts';
import { gateCauses } from '../../deploy/rollout/gates.ts';
import { causeText } from '../../deploy/rollout/diagnostics.ts';
import { nameOf } from '../../kube/objects.ts';
import type { WorkloadState } from '../../deploy/rollout/workload-status.ts';
import type { Check } from './check.ts';

/** Why pods do not come up, in Kubernetes' words and with their last line; one line where all are ready. */
export async function podChecks(
  cluster: Cluster,
  stack: Stack,
  states: readonly WorkloadState[],
): Promise<Check[]> {
  const causes = [...states.flatMap(causesOf), ...(await gateCauses(cluster, stack, states))];
  const wrong = await Promise.all(
    causes.map(async (cause): Promise<Check> => ({
      id: `pod/${cause.where}/${cause.reason}`,
      verdict: 'wrong',
      says: await causeText(cluster, stack, cause),
    })),
  );
  const told = new Set(causes.map(({ where }) => where));
  const late = states.filter(
    ({ object, rolledOut, pods }) => !rolledOut && ![object, ...pods].some((one) => told.has(nameOf(one))),
  );
  const coming = late.map((state): Check => ({
    id: `pod/${state.service}`,
    verdict: 'note',
    says: isJob(state)
      ? `${state.service}: the Job has not completed yet.`
      : `${state.service}: not every pod of its newest template is ready yet.`,
  }));
  if (wrong.length + coming.length > 0) return [...wrong, ...coming];
  return [
    {
      id: 'pod',
      verdict: 'ok',
      says: [
        `Every pod of ${namesOf(states.filter((one) => !isJob(one)))} is ready.`,
        ...(states.some(isJob) ? [`Completed: ${namesOf(states.filter(isJob))}.`] : []),
      ].join(' '),
    },
  ];
}

const isJob = ({ object }: WorkloadState): boolean => object.kind === 'Job';

const namesOf = (states: readonly WorkloadState[]): string => states.map(({ service }) => service).join(', ');
