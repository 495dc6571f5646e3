import { type WorkloadState } from '../../deploy/rollout/workload-status.ts';
import type { Cluster } from '../../kube/cluster.ts';
import type { StackKind } from '../../model/stack-kind.ts';
import { crdName } from '../../operator/manifests/names.ts';
import type { Check } from '../doctor/check.ts';
import { otherText, removalOf, rivalsOf, type Rivals } from './others.ts';
import { missingRights } from './rights.ts';
import {
  operatorRunning,
  unlessDenied,
  type Installation,
  type OperatorRunning,
  type Place,
} from './operator-running.ts';
import { mooring } from '../called-as.ts';

/** An operator, as it is in its namespace. */
export interface OperatorSeen extends Pick<OperatorRunning, 'namespace' | 'leader'> {
  /** Whether it works in that namespace only. */
  readonly isNamespaced: boolean;
  /** Absent where it is not installed, or may not be read. */
  readonly workload?: WorkloadState;
  /** Kinds that the API server does not serve. */
  readonly unserved: readonly StackKind[];
  /** What is wrong, and what is unknown; empty where it works. */
  readonly checks: readonly Check[];
}

/** Whether an operator works: its pods, its leader, its kinds, its rights. Throws as a request does, but for a 403. */
export async function operatorSeen(
  cluster: Cluster,
  kinds: readonly StackKind[],
  place: Place,
): Promise<OperatorSeen> {
  const { signal } = place;
  const unserved = await unservedOf(cluster, kinds);
  const { installed, ...running } = await operatorRunning(cluster, kinds, place);
  if (!installed) return { ...running, isNamespaced: false, unserved };
  const rights = await unlessDenied('operator/rights', 'whether the operator has its rights', () =>
    missingRights(cluster, kinds, installed, signal),
  );
  const rivals = await rivalsOf(cluster, kinds, installed, signal);
  return {
    ...running,
    ...{ isNamespaced: installed.isNamespaced, unserved, workload: installed.workload },
    checks: [
      ...definitionChecks(unserved, installed),
      ...('known' in rights ? rightsCheck(rights.known, installed) : [rights.unknown]),
      ...running.checks,
      ...rivalChecks(rivals, place),
    ],
  };
}

/** Whether without this check it cannot be said that an operator works. */
export const isEssential = (id: string): boolean => ['operator', 'operator/leader'].includes(id);

async function unservedOf({ discovery }: Cluster, kinds: readonly StackKind[]): Promise<StackKind[]> {
  const found = await Promise.all(kinds.map(({ apiVersion, kind }) => discovery.find(apiVersion, kind)));
  return kinds.filter((_, index) => found[index] === undefined);
}

const definitionChecks = (missing: readonly StackKind[], { isNamespaced, install }: Installation): Check[] =>
  missing.map((kind) => ({
    id: `operator/definition/${crdName(kind)}`,
    verdict: 'wrong',
    says: `The API server does not serve ${kind.kind} of ${kind.apiVersion}: CustomResourceDefinition ${crdName(kind)} is not there.`,
    fix: isNamespaced
      ? `an administrator applies the CustomResourceDefinition, which "${mooring('operator manifest')}" has without --namespace.`
      : install(),
  }));

function rightsCheck(missing: readonly string[], { install }: Installation): Check[] {
  if (missing.length === 0) return [];
  const says = `The operator lacks rights that it needs: ${missing.join('; ')}.`;
  return [{ id: 'operator/rights', verdict: 'wrong', says, fix: install('--force-conflicts') }];
}

const rivalChecks = ({ rivals, unknown }: Rivals, { where }: Place): Check[] => [
  ...rivals.map((one): Check => ({
    id: `operator/other/${one.namespace}`,
    verdict: 'wrong',
    says: `Another operator works on the same stacks, and each puts back what the other does: ${otherText(one)}.`,
    fix: `keep one of both; this removes the other: ${removalOf(one, where)}`,
  })),
  ...unknown.map((says): Check => ({ id: 'operator/other', verdict: 'note', says })),
];
