import { causesOf, isPull } from '../../deploy/rollout/causes.ts';
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
import { chosen, needsOwnImage } from '../../operator/manifests/options.ts';
import type { Check } from '../doctor/check.ts';
import type { Where } from '../owned.ts';
import { commandLine, targetWords } from '../shell.ts';
import { isInstalledIn, watchedBy } from './installed.ts';
import { isLed, leaderIn, type Leader } from './leader.ts';
import { mooring } from '../called-as.ts';

/** Whether an operator runs, and of which kinds. */
export interface OperatorRunning {
  readonly namespace: string;
  /** Absent where it is not installed, or may not be read. */
  readonly installed?: Installation;
  readonly leader?: Leader;
  /** What is wrong, and what is unknown; empty where it runs. */
  readonly checks: readonly Check[];
}

/** Where an operator is looked for, and whose command lines say what to do. */
export interface Place {
  readonly namespace: string;
  readonly where: Where;
  readonly signal?: AbortSignal | undefined;
}

/** Where the operator of the stacks in a namespace is looked for: there, where one is installed there, else in its own. */
export async function operatorPlace(
  cluster: Cluster,
  namespace: string,
  { where, signal }: Omit<Place, 'namespace'>,
): Promise<Place> {
  const isBeside = await isInstalledIn(cluster, namespace, signal);
  return { namespace: isBeside ? namespace : chosen({}).namespace, where, signal };
}

/** Whether an operator runs and serves some kinds: its pods, its leader. Throws as a request does, but for a 403. */
export async function operatorRunning(
  cluster: Cluster,
  kinds: readonly StackKind[],
  place: Place,
): Promise<OperatorRunning> {
  const { namespace, signal } = place;
  const found = await unlessDenied('operator', 'whether the operator runs', () =>
    workloadsIn(cluster, { namespace, labels: operatorPodLabels, signal }),
  );
  if ('unknown' in found) return { namespace, checks: [found.unknown] };
  const workload = found.known.find(({ object }) => object.metadata.name === operatorName);
  if (!workload) return { namespace, checks: [notInstalled(kinds, place)] };
  const installed = installationOf(workload, place);
  const led = await unlessDenied('operator/leader', 'which replica leads', () =>
    leaderIn(cluster, namespace, signal),
  );
  const pods = await podChecks(cluster, installed);
  if ('unknown' in led) return { namespace, installed, checks: [...pods, led.unknown] };
  const leader = led.known;
  const checks = [...pods, ...leaderCheck(leader, installed), ...kindChecks(kinds, leader, installed)];
  return { namespace, installed, leader, checks };
}

type Known<T> = { readonly known: T } | { readonly unknown: Check };

export async function unlessDenied<T>(id: string, what: string, work: () => Promise<T>): Promise<Known<T>> {
  try {
    return { known: await work() };
  } catch (error) {
    if (!isClusterError(error, 'CLUSTER_DENIED')) throw error;
    return { unknown: { id, verdict: 'note', says: `Unknown: ${what}. ${error.message}` } };
  }
}

/** An installation as it is, and the command line that applies it again. */
export interface Installation {
  readonly namespace: string;
  readonly isNamespaced: boolean;
  readonly workload: WorkloadState;
  readonly wanted: number;
  readonly image: string;
  readonly install: (...words: readonly string[]) => string;
  /** The same with an image that is yet to be named. */
  readonly withAnotherImage: string;
  readonly kubectl: (...words: readonly string[]) => string;
}

function installationOf(workload: WorkloadState, { namespace, where }: Place): Installation {
  const { image, replicas, isNamespaced } = choiceOf(workload);
  const usual = chosen({});
  const count = replicas === usual.replicas || replicas === 0 ? [] : ['--replicas', String(replicas)];
  const install = (...words: readonly string[]): string =>
    installLine(where, isNamespaced ? namespace : undefined, ...words);
  return {
    ...{ namespace, isNamespaced, workload, image, wanted: replicas },
    install: (...words) => install(...(image === usual.image ? [] : ['--image', image]), ...count, ...words),
    withAnotherImage: withReference(install(...count, '--image')),
    kubectl: (...words) => commandLine('kubectl', ...targetWords(where), '--namespace', namespace, ...words),
  };
}

/** The command line of an installation, of one namespace or of all. */
const installLine = (where: Where, namespace: string | undefined, ...words: readonly string[]): string => {
  const own = namespace === undefined ? [] : ['--namespace', namespace];
  return mooring(commandLine('operator', 'install', ...targetWords(where), ...own, ...words));
};

/** A command line that ends with an image to be named. */
const withReference = (line: string): string => `${line} <reference>`;

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

function notInstalled(kinds: readonly StackKind[], { namespace, where }: Place): Check {
  const only = namespace === chosen({}).namespace ? undefined : namespace;
  return {
    id: 'operator',
    verdict: 'wrong',
    says: `No operator is installed in namespace ${namespace}.`,
    fix: kinds.some(needsOwnImage)
      ? ofOwnImage(withReference(installLine(where, only, '--image')))
      : installLine(where, only),
  };
}

const ofOwnImage = (line: string): string =>
  `build the image of an operator of your kinds (docs/own-kind.md, "Its operator"), and then: ${line}`;

/** An operator of another version, or of other kinds. One of a version that does not say so may serve them all. */
const kindChecks = (
  kinds: readonly StackKind[],
  leader: Leader,
  { image, withAnotherImage }: Installation,
): Check[] =>
  kinds
    .filter((kind) => isLed(leader) && leader.serves?.includes(crdName(kind)) === false)
    .map((kind) => ({
      id: `operator/kind/${crdName(kind)}`,
      verdict: 'wrong',
      says: `The operator does not serve ${kind.kind}: its image ${image} serves ${leader.serves?.join(', ') ?? ''} alone.`,
      fix: ofOwnImage(withAnotherImage),
    }));

const isOfImage = (reason: string): boolean =>
  isPull(reason) || ['InvalidImageName', 'ErrImageNeverPull'].includes(reason);

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

function podFix(reason: string, where: string, { withAnotherImage, kubectl }: Installation): string {
  if (!isOfImage(reason)) return kubectl('describe', ...where.toLowerCase().split(' '));
  return `make that image one that the nodes can pull, or take another: ${withAnotherImage}`;
}

function leaderCheck(leader: Leader, { workload, kubectl }: Installation): Check[] {
  const { holder, renewed } = leader;
  // Why no replica is ready is told by itself.
  if (!workload.pods.some(isReady) || isLed(leader)) return [];
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
