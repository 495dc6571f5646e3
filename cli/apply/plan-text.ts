import type { StackPlan } from '../../deploy/stack-plan.ts';
import type { FieldChange } from '../../deploy/changes.ts';
import { outcomeOf } from '../../deploy/execute.ts';
import { masked } from '../../model/redact.ts';
import { shownAnswer } from '../../model/redact-object.ts';
import { nameOf, type KubeObject } from '../../kube/objects.ts';
import { isFailedJob } from '../../deploy/jobs.ts';
import type { Planned } from '../../deploy/plan.ts';
import { stackSecretOf, type StackRef } from '../../deploy/stack-objects.ts';
import type { Contested } from '../../deploy/contested.ts';
import { tone } from '../output.ts';
import { mooringOfStack } from '../same-stack.ts';

/** One object that differs, as data. */
export interface ObjectDiff {
  readonly object: string;
  readonly action: 'create' | 'change' | 'remove';
  readonly changes: readonly FieldChange[];
  /** Why it cannot be applied, or which manager owns a field; empty when it can. */
  readonly problems: readonly string[];
}

/**
 * Every object that differs from the document, in the order of an apply. Claims are kept, so they are listed only with
 * `deletesData`.
 */
export function diffOf(
  plan: StackPlan,
  stack: StackRef,
  { deletesData, isOwned = false }: Deletion & Ownership = {},
): ObjectDiff[] {
  const isNamespace = ({ object }: Planned): boolean => object.kind === 'Namespace';
  const different = plan.planned.filter((one) => differs(one) || runsAgain(one));
  return [
    ...different.filter(isNamespace).map(objectDiff),
    ...secretDiff(plan, stack),
    ...plan.formerJobs.map((object) => removal(object, 'a Job of another content takes its place')),
    ...different.filter((planned) => !isNamespace(planned)).map(objectDiff),
    ...plan.leftovers.map((object) =>
      removal(
        object,
        `the stack does not render it any more; ${isOwned ? 'its operator' : '--prune'} removes it`,
      ),
    ),
    ...(deletesData ? plan.leftoverClaims : []).map((object) =>
      removal(object, 'its service is gone; what is on it goes, too'),
    ),
  ];
}

/** Whether the volume claims of removed services are deleted, with their data. */
export interface Deletion {
  readonly deletesData?: boolean;
}

/** Whether an operator applies the document, since a custom resource owns the stack. */
export interface Ownership {
  readonly isOwned?: boolean;
}

/** A line that names the kept claims of removed services; none when there are none. */
export function keptText({ leftoverClaims }: StackPlan, { isOwned = false }: Ownership = {}): string[] {
  if (leftoverClaims.length === 0) return [];
  const names = leftoverClaims.map(nameOf).join(', ');
  const removes = isOwned ? 'kubectl delete pvc' : mooringOfStack('apply --prune --delete-data');
  return [`Kept, though their service is gone ("${removes}" removes them): ${names}`];
}

/** Every planned object that differs from what is live. */
export const differencesIn = (planned: readonly Planned[]): ObjectDiff[] =>
  planned.filter(differs).map(objectDiff);

const differs = (planned: Planned): boolean =>
  outcomeOf(planned) !== 'unchanged' || planned.refused.length > 0 || planned.anothers !== undefined;

/** A Job that failed is run again by an apply. */
const runsAgain = ({ live }: Planned): boolean => live !== undefined && isFailedJob(live);

const objectDiff = (planned: Planned): ObjectDiff => {
  const { object, live, changes, contested, refused, anothers } = planned;
  return {
    object: nameOf(object),
    action: live ? 'change' : 'create',
    changes: live ? changes : [],
    problems: [
      ...(anothers === undefined ? [] : [anothers]),
      ...refused,
      ...contested.map(ownerText),
      ...(runsAgain(planned) ? ['it has failed; an apply runs it again'] : []),
    ],
  };
};

function ownerText({ field, manager, change, isRendered }: Contested): string {
  if (isRendered) return `${field} was set by "${manager}"`;
  return `${change.path} was ${change.to === undefined ? 'added' : 'set'} by "${manager}"`;
}

function secretDiff({ newSecretKeys, secretExists }: StackPlan, stack: StackRef): ObjectDiff[] {
  if (newSecretKeys.length === 0) return [];
  const changes = newSecretKeys.map((key) => ({ path: `data.${key}`, to: masked }));
  return [
    {
      object: nameOf(stackSecretOf(stack)),
      action: secretExists ? 'change' : 'create',
      changes: secretExists ? changes : [],
      problems: [],
    },
  ];
}

const removal = (object: KubeObject, why: string): ObjectDiff => ({
  object: nameOf(object),
  action: 'remove',
  changes: [],
  problems: [why],
});

const marks = { create: '+', change: '~', remove: '-' } as const;
const tones = { create: 'good', change: 'doubtful', remove: 'bad' } as const;

/** The differences for a terminal: an object a line, its fields below. Empty when there are none. */
export function diffText(diffs: readonly ObjectDiff[]): string {
  return diffs
    .flatMap(({ object, action, changes, problems }) => [
      tone(tones[action], `${marks[action]} ${object}`),
      ...changes.map((change) => `    ${changeText(change)}`),
      ...problems.map((problem) => `    ${tone('bad', '!')} ${problem}`),
    ])
    .join('\n');
}

function changeText({ path, from, to }: FieldChange): string {
  if (from === undefined) return `${tone('good', '+')} ${path}: ${shown(to)}`;
  if (to === undefined) return `${tone('bad', '-')} ${path}: ${shown(from)}`;
  return `${tone('doubtful', '~')} ${path}: ${shown(from)} → ${shown(to)}`;
}

const shown = (value: unknown): string => JSON.stringify(value);

/** The API server's warnings, a line each. */
export const warningsOf = ({ planned }: Pick<StackPlan, 'planned'>): string[] =>
  planned.flatMap(({ object, warnings }) =>
    warnings.map((warning) => `The API server warns of ${nameOf(object)}: ${shownAnswer(warning)}`),
  );

/** `2 created, 1 changed, 27 unchanged`. */
export function countText(outcomes: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const outcome of outcomes) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  return [...counts].map(([outcome, count]) => `${count} ${outcome}`).join(', ');
}
