import { causesOf } from '../../deploy/rollout/causes.ts';
import { causeText, lastLogLine } from '../../deploy/rollout/diagnostics.ts';
import { isReady, workloadsIn, type WorkloadState } from '../../deploy/rollout/workload-status.ts';
import { isClusterError } from '../../kube/cluster-error.ts';
import type { Cluster } from '../../kube/cluster.ts';
import type { Deployment } from '../../kube/kinds.ts';
import type { StackKind } from '../../model/stack-kind.ts';
import {
  crdName,
  operatorContainer,
  operatorName,
  operatorPodLabels,
} from '../../operator/manifests/names.ts';
import { chosen } from '../../operator/manifests/options.ts';
import type { Check } from '../doctor/check.ts';
import { targetWords, type Where } from '../owned.ts';
import { commandLine } from '../shell.ts';
import { leaderIn, type Leader } from './leader.ts';
import { watchedBy } from './installed.ts';
import { otherText, removalOf, rivalsOf, type Rivals } from './others.ts';
import { missingRights } from './rights.ts';

/** An operator, as it is in its namespace. */
export interface OperatorSeen {
  readonly namespace: string;
  /** Whether it works in that namespace only. */
  readonly isNamespaced: boolean;
  /** Absent where it is not installed, or may not be read. */
  readonly workload?: WorkloadState;
  readonly leader?: Leader;
  /** Kinds that the API server does not serve. */
  readonly unserved: readonly StackKind[];
  /** What is wrong, and what is unknown; empty where it works. */
  readonly checks: readonly Check[];
}

/** Where an operator is looked for, and whose command lines say what to do. */
export interface Place {
  readonly namespace: string;
  readonly where: Where;
  readonly signal?: AbortSignal | undefined;
}

/** Whether an operator works: its pods, its leader, its kinds, its rights. Throws as a request does, but for a 403. */
export async function operatorSeen(
  cluster: Cluster,
  kinds: readonly StackKind[],
  place: Place,
): Promise<OperatorSeen> {
  const { namespace, signal } = place;
  const unserved = await unservedOf(cluster, kinds);
  const found = await unlessDenied('operator', 'whether the operator runs', () =>
    workloadsIn(cluster, { namespace, labels: operatorPodLabels, signal }),
  );
  const nothing = { namespace, isNamespaced: false, unserved };
  if ('unknown' in found) return { ...nothing, checks: [found.unknown] };
  const workload = found.known.find(({ object }) => object.metadata.name === operatorName);
  if (!workload) return { ...nothing, checks: [notInstalled(place)] };
  const installed = installationOf(workload, place);
  const led = await unlessDenied('operator/leader', 'which replica leads', () =>
    leaderIn(cluster, namespace, signal),
  );
  const rights = await unlessDenied('operator/rights', 'whether the operator has its rights', () =>
    missingRights(cluster, kinds, installed, signal),
  );
  const rivals = await rivalsOf(cluster, kinds, installed, signal);
  return {
    ...{ namespace, isNamespaced: installed.isNamespaced, unserved, workload },
    ...('known' in led ? { leader: led.known } : {}),
    checks: [
      ...definitionChecks(unserved, installed),
      ...('known' in rights ? rightsCheck(rights.known, installed) : [rights.unknown]),
      ...(await podChecks(cluster, installed)),
      ...('known' in led ? leaderCheck(led.known, installed) : [led.unknown]),
      ...rivalChecks(rivals, place),
    ],
  };
}

/** Whether without this check it cannot be said that an operator works. */
export const isEssential = (id: string): boolean => ['operator', 'operator/leader'].includes(id);

type Known<T> = { readonly known: T } | { readonly unknown: Check };

async function unlessDenied<T>(id: string, what: string, work: () => Promise<T>): Promise<Known<T>> {
  try {
    return { known: await work() };
  } catch (error) {
    if (!isClusterError(error, 'CLUSTER_DENIED')) throw error;
    return { unknown: { id, verdict: 'note', says: `Unknown: ${what}. ${error.message}` } };
  }
}

/** An installation as it is, and the command line that applies it again. */
interface Installation {
  readonly namespace: string;
  readonly isNamespaced: boolean;
  readonly workload: WorkloadState;
  readonly wanted: number;
  readonly install: (...words: readonly string[]) => string;
  readonly kubectl: (...words: readonly string[]) => string;
}

function installationOf(workload: WorkloadState, { namespace, where }: Place): Installation {
  const { image, replicas, isNamespaced } = choiceOf(workload);
  const usual = chosen({});
  const own = [
    ...(isNamespaced ? ['--namespace', namespace] : []),
    ...(image === usual.image ? [] : ['--image', image]),
    ...(replicas === usual.replicas || replicas === 0 ? [] : ['--replicas', String(replicas)]),
  ];
  return {
    ...{ namespace, isNamespaced, workload, wanted: replicas },
    install: (...words) =>
      commandLine('mooring', 'operator', 'install', ...targetWords(where), ...own, ...words),
    kubectl: (...words) => commandLine('kubectl', ...targetWords(where), '--namespace', namespace, ...words),
  };
}

/** What was chosen of an installation. */
export function choiceOf({ object }: WorkloadState): {
  readonly image: string;
  readonly replicas: number;
  readonly isNamespaced: boolean;
} {
  const { replicas = 1, template } = (object as Deployment).spec;
  const [container] = template.spec?.containers ?? [];
  const isNamespaced = watchedBy(object as Deployment) !== undefined;
  return { image: container?.image ?? '', replicas, isNamespaced };
}

const notInstalled = ({ namespace, where }: Place): Check => {
  const usual = chosen({}).namespace;
  const own = namespace === usual ? [] : ['--namespace', namespace];
  return {
    id: 'operator',
    verdict: 'wrong',
    says: `No operator is installed in namespace ${namespace}.`,
    fix: commandLine('mooring', 'operator', 'install', ...targetWords(where), ...own),
  };
};

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
      ? 'an administrator applies the CustomResourceDefinition, which "mooring operator manifest" has without --namespace.'
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

const cannotPull = ['ImagePullBackOff', 'InvalidImageName', 'ErrImageNeverPull'];

async function podChecks(cluster: Cluster, installed: Installation): Promise<Check[]> {
  const { namespace, workload, wanted, kubectl } = installed;
  if (wanted === 0) {
    const scale = kubectl('scale', `deployment/${operatorName}`, `--replicas=${chosen({}).replicas}`);
    return [{ id: 'operator/replicas', verdict: 'wrong', says: 'It is scaled to no replica.', fix: scale }];
  }
  const causes = causesOf(workload);
  const told = await Promise.all(
    causes.map(async (cause): Promise<Check> => ({
      id: `operator/${cause.where}/${cause.reason}`,
      verdict: 'wrong',
      says: await causeText(cluster, { namespace }, cause),
      fix: podFix(cause.reason, cause.where, installed),
    })),
  );
  if (told.length > 0 || workload.rolledOut) return told;
  const ready = workload.pods.filter(isReady).length;
  const late = workload.pods.find((pod) => !isReady(pod));
  const line =
    late &&
    (await lastLogLine(
      cluster,
      { namespace },
      { pod: late.metadata.name, container: operatorContainer, previous: false },
    ));
  return [
    {
      id: 'operator/replicas',
      verdict: 'wrong',
      says: `${ready} of ${wanted} replicas run what is installed and are ready.${line ? ` Last line of ${late.metadata.name}: ${line}` : ''}`,
      fix: kubectl('describe', `deployment/${operatorName}`),
    },
  ];
}

function podFix(reason: string, where: string, { install, kubectl }: Installation): string {
  if (!cannotPull.includes(reason)) return kubectl('describe', ...where.toLowerCase().split(' '));
  return `make that image one that the nodes can pull, or take another: ${install('--image')} <reference>`;
}

function leaderCheck({ holder, renewed, isStale }: Leader, { workload, kubectl }: Installation): Check[] {
  // Why no replica is ready is told by itself.
  if (!workload.pods.some(isReady) || (holder !== undefined && !isStale)) return [];
  const says =
    holder === undefined
      ? `No replica leads: none holds Lease ${operatorName}.`
      : `No replica leads: ${holder} held Lease ${operatorName} and has not renewed it since ${renewed ?? 'an unknown time'}.`;
  return [
    {
      id: 'operator/leader',
      verdict: 'wrong',
      says,
      fix: kubectl('logs', `deployment/${operatorName}`, '--tail=20'),
    },
  ];
}
