import type { StackPlan } from '../../deploy/stack-plan.ts';
import type { FieldChange } from '../../deploy/changes.ts';
import { nameOf, type KubeObject } from '../../kube/objects.ts';
import { stackSecretOf, type StackRef } from '../../deploy/stack-objects.ts';
import type { Planned } from '../../deploy/plan.ts';
import type { Check } from './check.ts';

/** What an apply would do to each object, or why that is unknown. */
export type Foreseen = StackPlan | { readonly unknown: string };

/** Which objects are not in the cluster or differ from what is rendered, a line each; one line where none does. */
export function objectChecks(
  stack: StackRef,
  foreseen: Foreseen,
  { rendered, live }: { rendered: readonly KubeObject[]; live: readonly KubeObject[] },
): Check[] {
  if ('unknown' in foreseen) return [...missingChecks(rendered, live), unknownCheck(foreseen.unknown)];
  const fix = remedyOf(foreseen);
  const checks = [
    ...foreseen.planned.flatMap((planned) => objectCheck(planned, fix)),
    ...secretCheck(stack, foreseen),
  ];
  if (checks.length > 0) return checks;
  const says = `Every object is in the cluster as the manifests say (${foreseen.planned.length} objects).`;
  return [{ id: 'object', verdict: 'ok', says }];
}

/**
 * What takes objects back to what is rendered; `undefined` where that is unknown. An apply changes all or nothing, so
 * one object that is contested or refused counts for every other.
 */
export function remedyOf(foreseen: Foreseen): string | undefined {
  if ('unknown' in foreseen) return undefined;
  const blocked = blockedBy(foreseen);
  const once = blocked.length > 0 ? `, once the API server takes ${blocked.join(', ')}` : '';
  return `${commandOf(foreseen)} takes it back${once}.`;
}

/** The objects because of which the API server would refuse the whole of an apply. */
export const blockedBy = (foreseen: Foreseen): string[] =>
  'unknown' in foreseen
    ? []
    : foreseen.planned.filter(({ refused }) => refused.length > 0).map(({ object }) => nameOf(object));

const commandOf = ({ planned }: StackPlan): string =>
  `"mooring apply${planned.some(({ contested }) => contested.length > 0) ? ' --force-conflicts' : ''}"`;

/** Of the kinds that could be read. */
function missingChecks(rendered: readonly KubeObject[], live: readonly KubeObject[]): Check[] {
  const there = new Set(live.map(nameOf));
  const kinds = new Set(live.map(({ kind }) => kind));
  return rendered.filter((one) => kinds.has(one.kind) && !there.has(nameOf(one))).map((one) => missing(one));
}

function missing(object: KubeObject, refused: readonly string[] = []): Check {
  const id = `object/${nameOf(object)}`;
  const says = `${nameOf(object)} is not in the cluster.`;
  if (refused.length === 0) return { id, verdict: 'wrong', says, fix: 'mooring apply' };
  return { id, verdict: 'wrong', says: `${says} An apply is refused: ${refused.join(' ')}` };
}

function unknownCheck(reason: string): Check {
  const says = `Whether objects differ from the manifests is unknown: ${reason}`;
  return { id: 'object', verdict: 'note', says };
}

function objectCheck(planned: Planned, fix: string | undefined): Check[] {
  const { object, live, changes, refused } = planned;
  if (!live) return [missing(object, refused)];
  if (changes.length === 0 && refused.length === 0) return [];
  const says = [
    ...(changes.length > 0 ? [`${nameOf(object)} differs from the manifests: ${fieldsText(planned)}.`] : []),
    ...(refused.length > 0 ? [`An apply is refused: ${refused.join(' ')}`] : []),
  ].join(' ');
  const isRefused = refused.length > 0;
  return [{ id: `object/${nameOf(object)}`, verdict: 'wrong', says, ...(fix && !isRefused ? { fix } : {}) }];
}

/** So many fields are named; "mooring diff" has all. */
const named = 3;

function fieldsText({ changes, contested }: Planned): string {
  const fields = changes.slice(0, named).map((change) => {
    const owner = contested.find((one) => one.change.path === change.path);
    return `${fieldText(change)}${owner ? ` (set by "${owner.manager}")` : ''}`;
  });
  const more = changes.length - fields.length;
  return [...fields, ...(more > 0 ? [`and ${more} more ("mooring diff" shows them)`] : [])].join(', ');
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

function secretCheck(stack: StackRef, { newSecretKeys, secretExists }: StackPlan): Check[] {
  if (newSecretKeys.length === 0) return [];
  const name = nameOf(stackSecretOf(stack));
  return [
    {
      id: `object/${name}`,
      verdict: 'wrong',
      says: secretExists ? `${name} lacks ${newSecretKeys.join(', ')}.` : `${name} is not in the cluster.`,
      fix: 'restore it from a backup if there is one: "mooring apply" makes new values, and a volume keeps the password it was made with.',
    },
  ];
}
