import { scaledBy } from '../../deploy/autoscalers.ts';
import { inBatches } from '../../deploy/in-batches.ts';
import { planObject, type Planned } from '../../deploy/plan.ts';
import { nameOf } from '../../kube/objects.ts';
import type { Condition } from '../conditions.ts';
import type { StackConditionType } from '../reasons.ts';
import type { Context } from './context.ts';
import type { Pass } from './apply-objects.ts';
import { problemOf } from './converge.ts';
import type { Outcome } from './status.ts';

type Suspended = Pick<Outcome, 'paused' | 'pending' | 'problems'>;

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
  const paused = 'spec.paused is true: nothing is changed.';
  const was = (type: StackConditionType): Condition | undefined =>
    status?.conditions?.find((one) => one.type === type);
  const ready = was('Ready');
  const isUnapplied = ready?.reason === 'NotApplied';
  // A dry run that was refused is a problem, and tried again.
  const isAsked = !(isUnapplied && was('Degraded')?.status === 'True');
  if (status?.observedGeneration === metadata.generation && isAsked)
    return { paused, problems: [], pending: isUnapplied ? [ready.message] : [] };
  const asked = await dryRuns(context, pass);
  const names = asked.flatMap((one) => ('object' in one && isPending(one) ? [nameOf(one.object)] : []));
  const problems = asked.flatMap((one) => {
    if ('problem' in one) return [one.problem];
    return one.anothers ?? [];
  });
  return { paused, problems: [...new Set(problems)], pending: unappliedText(names) };
}

/** What the document would change in each object, or why that cannot be known. */
async function dryRuns(
  { cluster, isForeignTarget }: Context,
  { desired: { objects }, signal }: Pick<Pass, 'desired' | 'signal'>,
): Promise<(Planned | { readonly problem: string })[]> {
  const isScaled = scaledBy(objects, isForeignTarget);
  return inBatches(objects, async (object) => {
    try {
      return await planObject(cluster, object, { isScaled: isScaled(object), signal });
    } catch (error) {
      const problem = problemOf(error);
      if (problem === undefined) throw error;
      return { problem };
    }
  });
}

function isPending({ live, changes, contested, grows, refused }: Planned): boolean {
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
