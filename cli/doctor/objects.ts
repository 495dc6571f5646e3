import type { StackPlan } from '../../deploy/stack-plan.ts';
import type { FieldChange } from '../../deploy/changes.ts';
import { nameOf, type KubeObject } from '../../kube/objects.ts';
import { isPaused, stackSecretOf, type StackRef } from '../../deploy/stack-objects.ts';
import type { Planned } from '../../deploy/plan.ts';
import type { Check } from './check.ts';
import { mooringOfCluster, mooringOfStack } from '../same-stack.ts';

/** What an apply would do to each object, or why that is unknown. */
export type Foreseen = ForeseenPlan | { readonly unknown: string };

/** `operated`: where a custom resource owns the stack. */
type ForeseenPlan = StackPlan & { readonly operated?: Operated };

/** How an operator keeps a stack. */
export interface Operated {
  /** The command line that changes its document. */
  readonly changedBy: string;
  /** Why it leaves what others change, and what ends that; absent where it puts it back. */
  readonly leaves?: string;
  /** The command line that has it put one object back that is left by its annotation. */
  readonly unpausedBy: (object: KubeObject) => string;
}

/** An object that may not be read. */
export interface Unread {
  readonly object: KubeObject;
  readonly reason: string;
}

/** What is rendered, what of it is in the cluster, and what of it may not be read. */
export interface Looked {
  readonly rendered: readonly KubeObject[];
  readonly live: readonly KubeObject[];
  readonly unread: readonly Unread[];
}

/**
 * Which objects are not in the cluster, are on their way out, or differ from what is rendered, a line each; one line
 * where there is none.
 */
export function objectChecks(stack: StackRef, foreseen: Foreseen, looked: Looked): Check[] {
  const ending = looked.live.flatMap((object) => endingCheck(object, foreseen));
  if ('unknown' in foreseen)
    return [...ending, ...missingChecks(looked), ...unreadCheck(looked), unknownCheck(foreseen.unknown)];
  const fix = remedyOf(foreseen);
  const checks = [
    ...ending,
    ...foreseen.planned.flatMap((planned) => objectCheck(planned, fix, foreseen.operated)),
    ...secretCheck(stack, foreseen),
  ];
  if (checks.length > 0) return checks;
  const says = `Every object is in the cluster as the manifests say (${foreseen.planned.length} objects).`;
  return [{ id: 'object', verdict: 'ok', says }];
}

/** An object that is gone as soon as its finalizers are. */
function endingCheck({ kind, metadata }: KubeObject, foreseen: Foreseen): Check[] {
  const maker = 'operated' in foreseen ? 'its operator' : `"${mooringOfStack('apply')}"`;
  const { name, deletionTimestamp, finalizers = [] } = metadata;
  if (deletionTimestamp === undefined) return [];
  const held = finalizers.length > 0 ? `, held by ${finalizers.map((one) => `"${one}"`).join(', ')}` : '';
  return [
    {
      id: `ending/${kind} ${name}`,
      verdict: 'wrong',
      says: `${kind} ${name} is being deleted since ${deletionTimestamp}${held}.`,
      fix: `once ${finalizers.length > 0 ? 'the controllers of its finalizers have removed them and ' : ''}it is gone, ${maker} makes it anew.`,
    },
  ];
}

/**
 * What takes objects back to what is rendered; `undefined` where that is unknown. An apply changes all or nothing, so
 * one object that is contested or refused counts for every other.
 * @param effect what else that does, for the sentence.
 */
export function remedyOf(foreseen: Foreseen, effect = ''): string | undefined {
  if ('unknown' in foreseen) return undefined;
  const { planned, operated } = foreseen;
  const blocked = planned.filter(({ refused }) => refused.length > 0);
  const names = blocked.map(({ object }) => nameOf(object)).join(', ');
  const isContested = planned.some(({ contested }) => contested.length > 0);
  // Who owns the fields of an object that is refused is not known.
  if (blocked.length > 0 && !isContested)
    return `once the API server takes ${names}, "${mooringOfStack('diff')}" shows what an apply takes back.`;
  const once = blocked.length > 0 ? `, once the API server takes ${names}` : '';
  if (operated?.leaves !== undefined) return `${operated.leaves}${once}.`;
  if (operated)
    return `its operator takes it back${effect}${once}, unless the document there says otherwise ("${operated.changedBy}" changes it) or the operator does not work ("${mooringOfCluster('operator status')}").`;
  return `"${mooringOfStack(`apply${isContested ? ' --force-conflicts' : ''}`)}" takes it back${effect}${once}.`;
}

/** Without a plan. */
function missingChecks({ rendered, live, unread }: Looked): Check[] {
  const known = new Set([...live, ...unread.map(({ object }) => object)].map(nameOf));
  return rendered.filter((one) => !known.has(nameOf(one))).map((one) => missing(one));
}

/** One reason stands for all: permissions are given by kind. */
function unreadCheck({ unread }: Looked): Check[] {
  const [first] = unread;
  if (!first) return [];
  const names = unread.map(({ object }) => nameOf(object)).join(', ');
  const says = `Unknown: whether there is ${names}. ${first.reason}`;
  return [{ id: 'object/unread', verdict: 'note', says }];
}

function missing(object: KubeObject, refused: readonly string[] = [], fix = mooringOfStack('apply')): Check {
  const id = `object/${nameOf(object)}`;
  const says = `${nameOf(object)} is not in the cluster.`;
  if (refused.length === 0) return { id, verdict: 'wrong', says, fix };
  return { id, verdict: 'wrong', says: `${says} An apply is refused: ${refused.join(' ')}` };
}

function unknownCheck(reason: string): Check {
  const says = `Whether objects differ from the manifests is unknown: ${reason}`;
  return { id: 'object', verdict: 'note', says };
}

function objectCheck(planned: Planned, usual: string | undefined, operated?: Operated): Check[] {
  const { object, live, changes, refused, anothers } = planned;
  if (anothers !== undefined) return [{ id: `object/${nameOf(object)}`, verdict: 'wrong', says: anothers }];
  if (!live) return [missing(object, refused, operated?.leaves ?? operated?.changedBy)];
  if (changes.length === 0 && refused.length === 0) return [];
  const says = [
    ...(changes.length > 0 ? [`${nameOf(object)} differs from the manifests: ${fieldsText(planned)}.`] : []),
    ...(refused.length > 0 ? [`An apply is refused: ${refused.join(' ')}`] : []),
  ].join(' ');
  const fix = refused.length > 0 ? undefined : fixOf(live, usual, operated);
  return [{ id: `object/${nameOf(object)}`, verdict: 'wrong', says, ...(fix ? { fix } : {}) }];
}

const fixOf = (live: KubeObject, usual: string | undefined, operated?: Operated): string | undefined =>
  operated && isPaused(live)
    ? `its operator leaves it, by its annotation; "${operated.unpausedBy(live)}" has it put back.`
    : usual;

/** So many fields are named; "mooring diff" has all. */
const named = 3;

function fieldsText({ changes, contested }: Planned): string {
  const fields = changes.slice(0, named).map((change) => {
    const owner = contested.find((one) => one.change.path === change.path);
    return `${fieldText(change)}${owner ? ` (set by "${owner.manager}")` : ''}`;
  });
  const more = changes.length - fields.length;
  return [...fields, ...(more > 0 ? [`and ${more} more ("${mooringOfStack('diff')}" shows them)`] : [])].join(
    ', ',
  );
}

function fieldText({ path, from, to }: FieldChange): string {
  if (from === undefined) return `${path} is not there`;
  if (to === undefined) return `${path} should not be there`;
  return `${path} is ${brief(from)} instead of ${brief(to)}`;
}

const brief = (value: unknown): string => {
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
};

function secretCheck(stack: StackRef, { newSecretKeys, secretExists, operated }: ForeseenPlan): Check[] {
  if (newSecretKeys.length === 0) return [];
  const fix = operated
    ? `restore it from a backup, or write what running pods have, by the command that "${mooringOfStack('status')}" shows of the condition Degraded: its operator makes no new values while a workload takes them from it.`
    : `restore it from a backup if there is one: "${mooringOfStack('apply')}" makes new values, and a volume keeps the password it was made with.`;
  const name = nameOf(stackSecretOf(stack));
  return [
    {
      id: `object/${name}`,
      verdict: 'wrong',
      says: secretExists ? `${name} lacks ${newSecretKeys.join(', ')}.` : `${name} is not in the cluster.`,
      fix,
    },
  ];
}
