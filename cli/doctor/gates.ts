import { apiGroup } from '../../model/names.ts';
import { stackLabels } from '../../model/labels.ts';
import type { StackKind } from '../../model/stack-kind.ts';
import type { Stack } from '../../model/stack.ts';
import { listObjects } from '../../deploy/stack-objects.ts';
import { isReady } from '../../deploy/rollout/workload-status.ts';
import type { Cluster } from '../../kube/cluster.ts';
import type { Pod } from '../../kube/kinds.ts';
import { nameOf } from '../../kube/objects.ts';
import { crdName } from '../../operator/manifests/names.ts';
import { isLed } from '../installation/leader.ts';
import { isEssential, operatorSeen } from '../installation/operator-checks.ts';
import { operatorPlace } from '../installation/operator-running.ts';
import { releaseOf, type Owned, type Where } from '../owned.ts';
import { commandLine, targetWords } from '../shell.ts';
import type { Check } from './check.ts';
import { mooring } from '../called-as.ts';
import { mooringOfCluster } from '../same-stack.ts';

/** A stack, the resource that owns it, and where its document is. */
export interface Gated {
  readonly stack: Stack;
  readonly kind: StackKind;
  readonly owned: Owned | undefined;
  readonly where: Where;
  /** The path of its document, if any. */
  readonly file: string | undefined;
}

/**
 * Pods that wait for readiness gates which no operator sets now: one line that names them, why, and what to do; none
 * where every gate is set. Without such pods, why the operator that owns the stack does not work. Throws as a request does.
 */
export async function gateChecks(cluster: Cluster, gated: Gated): Promise<Check[]> {
  const { stack } = gated;
  const pods = (await listObjects(cluster, ['v1', 'Pod'], {
    namespace: stack.namespace,
    labels: stackLabels(stack),
  })) as Pod[];
  const waiting = pods.filter((pod) => gatesOf(pod).length > 0 && !pod.metadata.deletionTimestamp);
  if (gated.owned) return checksOfOperator(cluster, waiting, gated, gated.owned);
  return waiting.length > 0 ? [unowned(waiting, gated)] : [];
}

/** Its gates that an operator sets. */
const gatesOf = ({ spec }: Pod): string[] =>
  (spec.readinessGates ?? [])
    .map(({ conditionType }) => conditionType)
    .filter((type) => type.startsWith(`${apiGroup}/`));

/** Without a resource no operator asks the pods, also where one runs. */
function unowned(pods: readonly Pod[], { stack, kind, where, file }: Gated): Check {
  const own = file === undefined ? [] : ['--file', file];
  return {
    id: 'gates',
    verdict: 'wrong',
    says: `No operator sets the readiness gates of ${names(pods)}: ${kind.kind} ${stack.name} is not in namespace ${stack.namespace}. ${consequence(pods)}`,
    fix: mooring(commandLine('apply', ...targetWords(where), '--force-conflicts', ...own)),
  };
}

async function checksOfOperator(
  cluster: Cluster,
  pods: readonly Pod[],
  gated: Gated,
  owned: Owned,
): Promise<Check[]> {
  const { stack, kind, where } = gated;
  const place = await operatorPlace(cluster, stack.namespace, { where });
  const { checks, leader } = await operatorSeen(cluster, [kind], place);
  const isServed = leader?.serves?.includes(crdName(kind)) !== false;
  if (leader && isLed(leader) && isServed) return unset(pods, place.namespace, gated);
  const wrong = checks.find(({ verdict }) => verdict === 'wrong');
  if (pods.length === 0)
    return wrong
      ? [{ ...wrong, says: `${wrong.says} What is changed in ${kind.kind} ${stack.name} is not applied.` }]
      : [];
  if (!wrong) return checks.filter(({ id }) => isEssential(id)).map((check) => unknownGates(pods, check));
  const release = releaseOf(owned).map((command) => `      ${command}`);
  return [
    {
      id: 'gates',
      verdict: 'wrong',
      says: `No operator sets the readiness gates of ${names(pods)}: ${wrong.says} ${consequence(pods)}`,
      fix: [
        wrong.fix ?? `"${mooringOfCluster('operator status')}" says what its operator lacks.`,
        '    Or let the stack run without an operator:',
        ...release,
      ].join('\n'),
    },
  ];
}

const unknownGates = (pods: readonly Pod[], { says }: Check): Check => ({
  id: 'gates',
  verdict: 'note',
  says: `Unknown: whether an operator sets the readiness gates of ${names(pods)}. ${says}`,
});

/** The operator leads, and sets a gate of a running pod within a second; one that is not set is none of its gates. */
function unset(pods: readonly Pod[], namespace: string, { stack, where }: Gated): Check[] {
  const late = pods.filter((pod) => isLong(pod) && unsetOf(pod).length > 0);
  if (late.length === 0) return [];
  const gates = [...new Set(late.flatMap(unsetOf))].join(', ');
  return [
    {
      id: 'gates',
      verdict: 'wrong',
      says: `The operator of namespace ${namespace} does not set the readiness gates ${gates} of ${names(late)}: another version has them.`,
      fix: `${commandLine('kubectl', ...targetWords(where), '--namespace', stack.namespace, 'delete', 'pod', ...late.map(({ metadata }) => metadata.name))}; the new ones have no others than it sets.`,
    },
  ];
}

const unsetOf = (pod: Pod): string[] => {
  const set = new Set((pod.status.conditions ?? []).map(({ type }) => type));
  return gatesOf(pod).filter((type) => !set.has(type));
};

/** A pod that has run for so long has been asked. */
const longMs = 10_000;

const isLong = ({ status: { conditions = [] } }: Pod): boolean => {
  const ready = conditions.find(({ type, status }) => type === 'ContainersReady' && status === 'True');
  return (
    ready?.lastTransitionTime !== undefined && Date.now() - Date.parse(ready.lastTransitionTime) > longMs
  );
};

function consequence(pods: readonly Pod[]): string {
  const unready = pods.filter((pod) => !isReady(pod));
  return unready.length === 0
    ? 'They stay as they are, and a new pod does not become ready.'
    : `Not ready, and not becoming so: ${names(unready)}.`;
}

const names = (pods: readonly Pod[]): string => pods.map(nameOf).join(', ');
