import { isDeepStrictEqual } from 'node:util';
import { kubernetesWord } from '../../model/gates.ts';
import { conditionsOf, type Condition, type Finding } from '../conditions.ts';
import { longestMessage } from '../manifests/status-schema.ts';
import type { Dependencies } from '../gates/dependency-states.ts';
import { stackConditions, type ReasonOf, type StackConditionType } from '../reasons.ts';
import { isUnderWay } from '../rotation/token.ts';
import { driftText } from './drift-text.ts';
import { lateText } from './late.ts';
import { objectKey, type Observed } from './observed.ts';
import type { Drift, RotationStatus, StackResource, StackStatus } from './resource.ts';

/** What one reconcile found. */
export interface Outcome {
  /** Why the document is refused; nothing was applied. */
  readonly refused?: string;
  /** Why the whole stack is left as it is, a sentence. */
  readonly paused?: string;
  /** What of it is left as it is by its annotation, such as `Service demo-redis`. */
  readonly pausedObjects: readonly string[];
  /** By its policy nothing is said of what others change. */
  readonly ignoresDrift: boolean;
  /** Why objects could not be applied, a sentence each. */
  readonly problems: readonly string[];
  /** What has to end before the document is applied as a whole, a sentence each. */
  readonly pending: readonly string[];
  /** What others changed and was found in this reconcile, or is left as it is. */
  readonly drift: readonly Drift[];
  readonly left: readonly Drift[];
  /** What runs with other values than the stack's Secret has, a sentence each. */
  readonly outdated: readonly string[];
  /** What keeps coming back, a sentence each. */
  readonly contested: readonly string[];
  readonly workloads: readonly Observed[];
  /** What keeps pods from coming up and will not pass by itself, a sentence each. */
  readonly stuck: readonly string[];
  readonly wantedWorkloads: number;
  /** The workloads that the document itself scales to 0, as `<Kind>/<name>`. */
  readonly idle: readonly string[];
  /** The dependencies that pods of the stack have a gate for. */
  readonly gates: readonly string[];
  /** What pods that were asked say of them. */
  readonly dependencies: Dependencies;
  /** How far a rotation came; absent: as it was. */
  readonly rotation?: RotationStatus;
  readonly facts: Pick<StackStatus, 'endpoint' | 'digest' | 'selector'>;
  /** Which objects are there; absent: as before. */
  readonly inventory?: string;
  /** How many pods the workload has that the kind's `scale` is about. */
  readonly replicas?: number;
}

/** Of a reconcile that found nothing to tell. */
export const nothingFound: Outcome = {
  ignoresDrift: false,
  pausedObjects: [],
  problems: [],
  pending: [],
  drift: [],
  left: [],
  outdated: [],
  contested: [],
  workloads: [],
  stuck: [],
  wantedWorkloads: 0,
  idle: [],
  gates: [],
  dependencies: { states: [], isEveryPodAsked: true },
  facts: {},
};

/** The status of a stack. Equal to the one before where nothing changed, so that it is written only then. */
export function statusOf(resource: StackResource, outcome: Outcome, now: string): StackStatus {
  const { status: before = {}, metadata } = resource;
  const generation = metadata.generation ?? 0;
  const drift = laterDrift(before, outcome);
  const { rotation = before.rotation, inventory = before.inventory, replicas } = outcome;
  const earlier = before.conditions ?? [];
  const found = { ...outcome, ...(rotation ? { rotation } : {}) };
  const findings = findingsOf(found, dependenciesOf(outcome, earlier));
  return {
    observedGeneration: generation,
    summary: summaryOf(findings),
    conditions: conditionsOf(findings, earlier, { generation, now }),
    revision: generation,
    ...(outcome.refused === undefined ? outcome.facts : factsOf(before)),
    ...(inventory === undefined ? {} : { inventory }),
    ...(replicas === undefined ? {} : { replicas }),
    ...(drift ? { lastDrift: drift } : {}),
    ...(rotation ? { rotation } : {}),
  };
}

/** Of a document that is refused: what was applied before runs on. */
function factsOf({ endpoint, digest, selector }: StackStatus): Outcome['facts'] {
  const known = Object.entries({ endpoint, digest, selector });
  return Object.fromEntries(known.filter(([, fact]) => fact !== undefined));
}

/** Whether the document as it is now was applied as a whole, as the status has it. */
export function wasApplied({ metadata, status }: StackResource): boolean {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  const isRefused = ready === undefined || unapplied.includes(ready.reason);
  return status?.observedGeneration === metadata.generation && !isRefused;
}

/** Reasons of `Ready` with which something of the document is not applied. */
const unapplied: readonly string[] = ['DocumentRefused', 'NotApplied'] satisfies ReasonOf<'Ready'>[];

/** Whether two statuses say the same. */
export const isSameStatus = (one: StackStatus | undefined, other: StackStatus): boolean =>
  isDeepStrictEqual(one, other);

const findingsOf = (outcome: Outcome, dependencies: readonly Finding[]): Finding[] => [
  ready(outcome, dependencies),
  progressing(outcome),
  ...kstatusOf(outcome),
  degraded(outcome),
  paused(outcome),
  drifted(outcome),
  ...dependencies,
];

/** For a column of `kubectl get`: why `Ready` is as it is, and why each condition is True that else no column shows. */
function summaryOf(findings: readonly Finding[]): string {
  const isTold = ({ type, status }: Finding): boolean =>
    type === 'Ready' || (summarised.includes(type) && status === 'True');
  return [...new Set(findings.filter(isTold).map(({ reason }) => reason))].join();
}

const summarised: readonly string[] = ['Degraded', 'Paused', 'Drifted'] satisfies StackConditionType[];

const typeOf = (gate: string): string => `${kubernetesWord(gate)}Ready`;

/**
 * One of which no pod has said anything is unknown. While a pod was not asked yet, as after another operator has taken
 * over, only that one pod waits for a dependency is news.
 */
function dependenciesOf({ gates, dependencies, refused }: Outcome, earlier: readonly Condition[]): Finding[] {
  const isOld = !dependencies.isEveryPodAsked || refused !== undefined;
  const findingOf = (type: string, gate: string): Finding => {
    const state = dependencies.states.find(({ name }) => typeOf(name) === type);
    const before = isOld ? earlier.find((one) => one.type === type) : undefined;
    const isNews = state?.status === 'False' || dependencies.isEveryPodAsked;
    const { status, reason, message } = (isNews ? (state ?? before) : (before ?? state)) ?? {
      status: 'Unknown',
      reason: 'NotReported',
      message: `No pod has reported ${gate} yet.`,
    };
    return { type, status, reason, message };
  };
  if (refused === undefined) return gates.map((gate) => findingOf(typeOf(gate), gate));
  // Which gates the pods of the document before have is known from its conditions.
  const types = earlier.map(({ type }) => type).filter((type) => !(type in stackConditions));
  return types.map((type) => findingOf(type, type));
}

/** `Ready` has the whole sentence. */
const refusedText = 'The document is refused; Ready says why.';

type FindingOf<T extends StackConditionType> = Finding & { readonly reason: ReasonOf<T> };

/** A finding whose reason is one of its condition's. */
const finding = <T extends StackConditionType>(
  type: T,
  status: Finding['status'],
  reason: ReasonOf<T>,
  message: string,
): FindingOf<T> => ({ type, status, reason, message });

function ready(outcome: Outcome, dependencies: readonly Finding[]): Finding {
  if (outcome.refused !== undefined) return finding('Ready', 'False', 'DocumentRefused', outcome.refused);
  const unfinished = [...outcome.problems, ...outcome.pending];
  if (unfinished.length > 0) return finding('Ready', 'False', 'NotApplied', sentences(unfinished));
  const unknown = dependencies.filter(({ status }) => status === 'Unknown');
  const waiting = unready(outcome);
  if (waiting.length > 0)
    return finding('Ready', 'False', 'WorkloadsNotReady', sentences([...waiting, ...outcome.stuck]));
  if (unknown.length > 0)
    return finding('Ready', 'Unknown', 'Unreachable', sentences(unknown.map(({ message }) => message)));
  return finding('Ready', 'True', 'Available', availableText(outcome));
}

function availableText(outcome: Outcome): string {
  if (outcome.left.length > 0)
    return 'Every workload runs as others have changed it (see Drifted) and is ready.';
  return isCompared(outcome)
    ? 'Every workload runs what is rendered and is ready.'
    : 'Every workload is ready; whether each runs what is rendered is not known (see Drifted).';
}

/** Whether every object is compared with what is rendered. */
const isCompared = ({ paused: why, pausedObjects, ignoresDrift }: Outcome): boolean =>
  why === undefined && pausedObjects.length === 0 && !ignoresDrift;

function unready({ workloads, wantedWorkloads, idle }: Outcome): string[] {
  const late = workloads.flatMap((one) => {
    const isStopped = one.rollout?.wanted === 0 && !idle.includes(objectKey(one));
    if (isStopped) return [`${one.kind} ${one.name} is scaled to 0; the document wants pods of it.`];
    return lateText(one) ?? [];
  });
  const absent = wantedWorkloads - workloads.length;
  return absent > 0 ? [...late, `${absent} workloads are not there yet.`] : late;
}

function progressing(outcome: Outcome): FindingOf<'Progressing'> {
  const { rotation, refused, stuck } = outcome;
  if (rotation?.phase === 'Failed') return finding('Progressing', 'False', 'Stuck', rotationText(rotation));
  if (rotation && isUnderWay(rotation))
    return finding('Progressing', 'True', 'Rotating', rotationText(rotation));
  const waiting = refused === undefined && outcome.paused === undefined ? unready(outcome) : [];
  if (waiting.length > 0 && stuck.length > 0)
    return finding('Progressing', 'False', 'Stuck', sentences(stuck));
  return waiting.length > 0
    ? finding('Progressing', 'True', 'RollingOut', sentences(waiting))
    : finding('Progressing', 'False', 'Settled', 'Nothing is being changed.');
}

/**
 * What kstatus reads, as Flux and other tools do. Each is there only while it is True: `Stalled` where to wait does not
 * help, else `Reconciling` while something is under way.
 */
function kstatusOf(outcome: Outcome): Finding[] {
  if (outcome.refused !== undefined) return [finding('Stalled', 'True', 'DocumentRefused', refusedText)];
  const { reason, message } = progressing(outcome);
  if (reason === 'Settled') return [];
  return [
    reason === 'Stuck'
      ? finding('Stalled', 'True', reason, message)
      : finding('Reconciling', 'True', reason, message),
  ];
}

function degraded(outcome: Outcome): Finding {
  const { refused, problems, outdated, contested, stuck, rotation } = outcome;
  const reasons = [
    ...(refused === undefined ? [] : [refusedText]),
    ...problems,
    ...outdated,
    ...contested,
    ...stuck,
    ...(rotation?.phase === 'Failed' ? [rotationText(rotation)] : []),
  ];
  if (reasons.length > 0) return finding('Degraded', 'True', 'AttentionNeeded', sentences(reasons));
  return isCompared(outcome)
    ? finding('Degraded', 'False', 'AsRendered', 'Nothing needs attention.')
    : finding('Degraded', 'False', 'NotCompared', 'Nothing that is looked at needs attention.');
}

function paused({ paused: why, pausedObjects, refused }: Outcome): Finding {
  if (refused !== undefined) return finding('Paused', 'Unknown', 'DocumentRefused', refusedText);
  if (why !== undefined) return finding('Paused', 'True', 'Paused', why);
  return pausedObjects.length > 0
    ? finding('Paused', 'True', 'Paused', `Left as they are, by annotation: ${pausedObjects.join(', ')}.`)
    : finding('Paused', 'False', 'Reconciled', 'The stack is reconciled.');
}

function drifted(outcome: Outcome): Finding {
  const { left, contested, paused: why, pausedObjects, ignoresDrift, refused, problems, pending } = outcome;
  if (refused !== undefined) return finding('Drifted', 'Unknown', 'DocumentRefused', refusedText);
  const isPartial = pausedObjects.length > 0;
  const uncompared = isPartial ? [`Not compared, since paused: ${pausedObjects.join(', ')}.`] : [];
  const lines = [...contested, ...left.map(driftText), ...uncompared];
  if (contested.length > 0) return finding('Drifted', 'True', 'Contested', sentences(lines));
  if (left.length > 0) return finding('Drifted', 'True', 'LeftAsChanged', sentences(lines));
  if (why !== undefined) return finding('Drifted', 'Unknown', 'Paused', `Nothing is compared. ${why}`);
  if (ignoresDrift)
    return finding(
      'Drifted',
      'Unknown',
      'Ignored',
      'spec.drift is ignore: nothing is told of what others change.',
    );
  if (problems.length > 0 || pending.length > 0)
    return finding('Drifted', 'Unknown', 'NotApplied', 'Not every object could be compared; Ready says why.');
  const asRendered = isPartial ? 'Every other object is as rendered.' : 'Every object is as rendered.';
  return finding('Drifted', 'False', 'AsRendered', sentences([asRendered, ...uncompared].toReversed()));
}

/** The last that is news: one that was left as it is, and still is, was told before; one that is put back is a new one. */
function laterDrift(
  { lastDrift: before, conditions = [] }: StackStatus,
  { drift, left }: Outcome,
): Drift | undefined {
  const drifted = conditions.find(({ type, status }) => type === 'Drifted' && status === 'True');
  const told = new Set(drifted?.message.split('\n'));
  const isTold = (one: Drift): boolean =>
    drifted !== undefined &&
    left.includes(one) &&
    (told.has(driftText(one)) || isDeepStrictEqual({ ...one, time: before?.time }, before));
  return drift.findLast((one) => !isTold(one)) ?? before ?? drift.at(-1);
}

const rotationText = ({ token, phase, message }: RotationStatus): string => {
  const how = { Waiting: 'waits', Failed: 'failed' }[phase as string] ?? 'is under way';
  return `The rotation "${token}" ${how}${message === '' ? '.' : `: ${message}`}`;
};

const sentences = (lines: readonly string[]): string => lines.join('\n').slice(0, longestMessage);
