import { asArguments, hasLabels, stackLabels } from '../model/labels.ts';
import { groupOf, nameOf, type KubeObject, type Metadata } from '../kube/objects.ts';
import type { StackRef } from './stack-objects.ts';
import { isAppliedBy } from './take-over.ts';

/**
 * Why a live object that would be applied is another's: whose it is and what to do, in sentences; undefined where it may
 * be applied. What another controller has stays that one's. A person who applies is shown what changes, and may take what
 * nobody controls; an operator, which renders its resource as the controller, takes only what is its stack's already: what
 * has its labels, and what it has applied, unless the labels name another stack.
 */
export function anothersText(
  desired: KubeObject,
  live: KubeObject,
  fieldManager: string,
): string | undefined {
  const [ours, theirs] = [controllerOf(desired.metadata), controllerOf(live.metadata)];
  if (theirs) return isSame(ours, theirs) ? undefined : controlledText(desired, theirs);
  if (!ours) return undefined;
  const marks = marksOf(desired);
  const { labels, managedFields = [] } = live.metadata;
  const isApplied = managedFields.some(isAppliedBy(fieldManager));
  const isOurs = hasLabels(labels, marks) || (isApplied && hasLabels({ ...marks, ...labels }, marks));
  return isOurs ? undefined : unmarkedText(desired, live, marks);
}

type Owner = NonNullable<Metadata['ownerReferences']>[number];

const controllerOf = ({ ownerReferences }: Metadata): Owner | undefined =>
  ownerReferences?.find(({ controller }) => controller);

/** An earlier document of the same name has another uid only. */
const isSame = (ours: Owner | undefined, theirs: Owner): boolean =>
  ours?.kind === theirs.kind &&
  ours.name === theirs.name &&
  groupOf(ours.apiVersion ?? '') === groupOf(theirs.apiVersion ?? '');

/** The labels by which an object is known as its stack's. */
function marksOf({ metadata: { labels = {} } }: KubeObject): Readonly<Record<string, string>> {
  const marks = Object.keys(stackLabels({ name: '' }));
  return Object.fromEntries(Object.entries(labels).filter(([label]) => marks.includes(label)));
}

const controlledText = (desired: KubeObject, { kind, name }: Owner): string =>
  `${nameOf(desired)} belongs to ${kind} ${name}, which controls it. Rename the stack, or delete ${kind} ${name} with what it owns.`;

/** The same of a Secret, which is not applied: it is the stack's where it has its labels. */
export const unmarkedSecretText = (stack: StackRef, live: KubeObject): string | undefined => {
  const marks = stackLabels(stack);
  return hasLabels(live.metadata.labels, marks) ? undefined : unmarkedText(live, live, marks);
};

function unmarkedText(
  desired: KubeObject,
  live: KubeObject,
  marks: Readonly<Record<string, string>>,
): string {
  const { name, namespace = 'default', managedFields = [] } = live.metadata;
  const managers = [...new Set(managedFields.map(({ manager = 'unknown' }) => manager))].join(', ');
  const writers = managers === '' ? '' : ` (${managers} wrote it)`;
  const kubectl = (verb: string): string =>
    `kubectl -n ${namespace} ${verb} ${live.kind.toLowerCase()} ${name}`;
  return (
    `${nameOf(desired)} is there and is no object of this stack${writers}. Rename the stack, delete the object ` +
    `(${kubectl('delete')}), or give it to the stack: ${kubectl('label --overwrite')} ${asArguments(marks)}`
  );
}
