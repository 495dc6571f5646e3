import type { Kinds } from '../../model/kinds.ts';
import type { FoundDocument } from '../../charts-ts/read-document.ts';
import { planStack, type StackPlan } from '../../deploy/stack-plan.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { nameOf } from '../../kube/objects.ts';
import { findTarget } from '../target.ts';
import { CommandError } from '../errors.ts';
import { interruptible } from '../interrupt.ts';
import type { ClusterOptions } from '../options.ts';
import { note, print } from '../output.ts';
import { comparedIn, type Compared } from '../compared.ts';
import { documentOf } from '../source.ts';
import { diffOf, diffText, keptText, warningsOf } from './plan-text.ts';

/** What `mooring diff` does. @throws CommandError DIFFERENT when anything differs; ClusterError. */
export async function diffCommand(kinds: Kinds, options: ClusterOptions): Promise<void> {
  const found = documentOf(kinds, options.file);
  // Refuses a bad document before it looks for a cluster.
  const stack = found.stack();
  const { cluster } = await findTarget(options);
  try {
    const { plan, owned } = await interruptible((signal) => planIn(cluster, found, options, signal));
    if (owned) note(`${nameOf(owned.resource)} owns this stack: compared is what its operator would apply.`);
    const isOwned = owned !== undefined;
    for (const line of [...warningsOf(plan), ...keptText(plan, { isOwned })]) note(line);
    const diff = diffOf(plan, stack, { isOwned });
    const kept = plan.leftoverClaims.map(nameOf);
    await print({ name: stack.name, namespace: stack.namespace, diff, kept }, diffText(diff), options.output);
    if (diff.length === 0) return;
    const objects = `${diff.length} ${diff.length === 1 ? 'object differs' : 'objects differ'}`;
    throw new CommandError('DIFFERENT', `${objects} from what the document says.`);
  } finally {
    cluster.api.close();
  }
}

async function planIn(
  cluster: Cluster,
  found: FoundDocument,
  options: ClusterOptions,
  signal: AbortSignal,
): Promise<Pick<Compared, 'owned'> & { readonly plan: StackPlan }> {
  const compared = await comparedIn(cluster, found, options, signal);
  return { ...compared, plan: await planStack(compared.cluster, compared.source, signal) };
}
