import type { Kinds } from '../../model/kinds.ts';
import { planStack } from '../../deploy/stack-plan.ts';
import { nameOf } from '../../kube/objects.ts';
import { findTarget } from '../target.ts';
import { CommandError } from '../errors.ts';
import { interruptible } from '../interrupt.ts';
import type { ClusterOptions } from '../options.ts';
import { note, print } from '../output.ts';
import { documentOf, sourceOf } from '../source.ts';
import { diffOf, diffText, keptText, warningsOf } from './plan-text.ts';

/** What `mooring diff` does. @throws CommandError DIFFERENT when anything differs; ClusterError. */
export async function diffCommand(kinds: Kinds, options: ClusterOptions): Promise<void> {
  const found = documentOf(kinds, options.file);
  const source = sourceOf(found, found.stack());
  const { stack } = source;
  const { cluster } = await findTarget(options);
  try {
    const plan = await interruptible((signal) => planStack(cluster, source, signal));
    for (const line of [...warningsOf(plan), ...keptText(plan)]) note(line);
    const diff = diffOf(plan, stack);
    const kept = plan.leftoverClaims.map(nameOf);
    await print({ name: stack.name, namespace: stack.namespace, diff, kept }, diffText(diff), options.output);
    if (diff.length === 0) return;
    const objects = `${diff.length} ${diff.length === 1 ? 'object differs' : 'objects differ'}`;
    throw new CommandError('DIFFERENT', `${objects} from what the document says.`);
  } finally {
    cluster.api.close();
  }
}
