import { listObjects } from '../../deploy/stack-objects.ts';
import { ClusterError, isClusterError } from '../../kube/cluster-error.ts';
import type { Cluster } from '../../kube/cluster.ts';
import type { Deployment } from '../../kube/kinds.ts';
import type { StackKind } from '../../model/stack-kind.ts';
import { crdName, operatorPodLabels } from '../../operator/manifests/names.ts';
import { chosen, type Chosen } from '../../operator/manifests/options.ts';
import type { Where } from '../owned.ts';
import { commandLine, targetWords } from '../shell.ts';
import { watchedBy } from './installed.ts';
import { servedIn } from './served.ts';
import { mooring } from '../called-as.ts';

/** Where an operator runs, and whether it looks at that namespace only. */
export type Works = Pick<Chosen, 'namespace' | 'isNamespaced'>;

/** An operator in another namespace. */
export interface OtherOperator {
  readonly namespace: string;
  /** The only namespace it looks at; absent: it looks at all of them. */
  readonly watches?: string | undefined;
}

/** Operators that look at the same stacks. */
export interface Rivals {
  readonly rivals: readonly OtherOperator[];
  /** Why it is not known of others, a sentence each. */
  readonly unknown: readonly string[];
}

/** The operators in other namespaces. Throws as a request does. */
export async function otherOperators(
  cluster: Cluster,
  namespace: string,
  signal?: AbortSignal,
): Promise<OtherOperator[]> {
  const all = await listObjects(cluster, ['apps/v1', 'Deployment'], { labels: operatorPodLabels, signal });
  return all
    .filter(({ metadata }) => metadata.namespace !== namespace)
    .map((one) => ({ namespace: one.metadata.namespace ?? '', watches: watchedBy(one as Deployment) }));
}

/** The other operators of one of the kinds in a namespace where this one works. Throws as a request does, but for a 403. */
export async function rivalsOf(
  cluster: Cluster,
  kinds: readonly StackKind[],
  { namespace, isNamespaced }: Works,
  signal?: AbortSignal,
): Promise<Rivals> {
  const own = isNamespaced ? namespace : undefined;
  const names = kinds.map(crdName);
  try {
    const near = (await otherOperators(cluster, namespace, signal)).filter(
      ({ watches }) => own === undefined || watches === undefined || watches === own,
    );
    const served = await Promise.all(near.map((one) => servedIn(cluster, one.watches, signal)));
    return {
      rivals: near.filter((_, index) => served[index]?.some((name) => names.includes(name))),
      unknown: near
        .filter((_, index) => served[index] === undefined)
        .map((one) => `Unknown: which kinds the operator in namespace ${one.namespace} serves.`),
    };
  } catch (error) {
    if (!isClusterError(error, 'CLUSTER_DENIED')) throw error;
    const unknown = `Unknown: whether another operator works on the same stacks. ${error.message}`;
    return { rivals: [], unknown: [unknown] };
  }
}

/** @throws ClusterError PREFLIGHT_FAILED where there are any. */
export function refuseRivals({ rivals }: Rivals, where: Where): void {
  if (rivals.length === 0) return;
  throw new ClusterError(
    'PREFLIGHT_FAILED',
    [
      'Another operator works on the same stacks, and each would put back what the other does; nothing was changed:',
      ...rivals.map((one) => `  - ${otherText(one)}`),
      'To have this one instead, remove it first:',
      ...rivals.map((one) => `  ${removalOf(one, where)}`),
    ].join('\n'),
    { reason: 'RequirementsMissing' },
  );
}

export const otherText = ({ namespace, watches }: OtherOperator): string =>
  `the operator in namespace ${namespace}, which looks at ${watches === undefined ? 'every namespace' : `namespace ${watches}`}`;

/** The command that removes an operator. */
export function removalOf({ namespace, watches }: OtherOperator, where: Where): string {
  const own = watches === undefined && namespace === chosen({}).namespace ? [] : ['--namespace', namespace];
  return mooring(commandLine('operator', 'uninstall', ...targetWords(where), ...own));
}
