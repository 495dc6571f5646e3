import { scaledBy } from '../../deploy/autoscalers.ts';
import { inBatches } from '../../deploy/in-batches.ts';
import { planObject, type Planned } from '../../deploy/plan.ts';
import { nameOf } from '../../kube/objects.ts';
import type { Context } from './context.ts';
import type { Pass } from './apply-objects.ts';
import type { Outcome } from './status.ts';

type Suspended = Pick<Outcome, 'paused' | 'pending'>;

/** So many objects are named. */
const mostNamed = 5;

/**
 * What is to be said of a stack with `spec.paused`. Whether its document is applied is asked by dry runs, once for each
 * generation; what others changed is no difference of the document.
 */
export async function suspendedOutcome(
  context: Context,
  pass: Pick<Pass, 'resource' | 'desired' | 'signal'>,
): Promise<Suspended> {
  const { metadata, status } = pass.resource;
  const isAsked = status?.observedGeneration === metadata.generation;
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  const earlier = ready?.reason === 'NotApplied' ? [ready.message] : [];
  return {
    paused: 'spec.paused is true: nothing is changed.',
    pending: isAsked ? earlier : unappliedText(await unapplied(context, pass)),
  };
}

/** The objects that the document would change, by name. */
async function unapplied(
  { cluster, isForeignTarget }: Context,
  { desired: { objects }, signal }: Pick<Pass, 'desired' | 'signal'>,
): Promise<string[]> {
  const isScaled = scaledBy(objects, isForeignTarget);
  const planned = await inBatches(objects, (object) =>
    planObject(cluster, object, { isScaled: isScaled(object), signal }),
  );
  return planned.filter(isUnapplied).map(({ object }) => nameOf(object));
}

function isUnapplied({ live, changes, contested, grows, refused }: Planned): boolean {
  const ofOthers = new Set(contested.map(({ change }) => change.path));
  const own = changes.filter(({ path }) => !ofOthers.has(path));
  return live === undefined || own.length + grows.length + refused.length > 0;
}

function unappliedText(names: readonly string[]): string[] {
  if (names.length === 0) return [];
  const more = names.length - mostNamed;
  const listed = [...names.slice(0, mostNamed), ...(more > 0 ? [`${more} more`] : [])].join(', ');
  return [`Not applied while spec.paused is true: ${listed}.`];
}
