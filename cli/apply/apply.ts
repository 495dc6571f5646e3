import { confirm } from '../confirm.ts';
import type { Kinds, KnownDocument } from '../../model/kinds.ts';
import type { StackDocument } from '../../model/stack-kind.ts';
import { planStack, refuseObstacles, type StackPlan } from '../../deploy/stack-plan.ts';
import { applyStack, type RolloutWait } from './apply-stack.ts';
import { nameOf } from '../../kube/objects.ts';
import { preflight } from '../../deploy/preflight/preflight.ts';
import type { ApplyOptions } from './options.ts';
import { announce, findTarget, type Target } from '../target.ts';
import { CommandError } from '../errors.ts';
import { interruptible } from '../interrupt.ts';
import { note, print, progress } from '../output.ts';
import { changeOf, refuseOwned, releaseOf } from '../owned.ts';
import { documentOf, sourceOf } from '../source.ts';
import { countText, diffOf, diffText, keptText, warningsOf, type Deletion } from './plan-text.ts';
import { checkOf } from './check.ts';

/** What `mooring apply` does. Throws ClusterError, its code saying why; see `applyStack`. */
export async function applyCommand(kinds: Kinds, options: ApplyOptions): Promise<void> {
  const found = documentOf(kinds, options.file);
  // Refuses a bad document, and options that contradict each other, before it looks for a cluster.
  found.stack();
  if (options.deleteData && !options.prune)
    throw new CommandError('USAGE', '--delete-data needs --prune: it says what --prune may remove.');
  const target = await findTarget(options);
  announce(target, found.document.metadata.namespace);
  await refuseOwned(target, found, options, (owned) => ({
    'To change it': [changeOf(owned, found.file)],
    'To take it from the operator, with all that runs': releaseOf(owned),
  }));
  await applyDocument(found, { ...options, target, from: found.source });
}

export interface DocumentApply extends ApplyOptions {
  readonly target: Target;
  /** The document's origin, as text. */
  readonly from: string;
  /** For a rollback: the revision whose document it is. */
  readonly rollbackTo?: number;
}

/** Applies a document from a file or from the history. */
export async function applyDocument(known: KnownDocument, options: DocumentApply): Promise<void> {
  const { target } = options;
  try {
    await interruptible((signal) => (options.dryRun ? tell : carryOut)(known, options, signal));
  } finally {
    progress.done();
    target.cluster.api.close();
  }
}

/** A dry run: what is missing, what would be refused, what would change. */
async function tell(known: KnownDocument, options: DocumentApply, signal: AbortSignal): Promise<void> {
  const { cluster } = options.target;
  const { document } = known;
  const source = sourceOf(known);
  await preflight(cluster, source.stack, source.objects, signal);
  const plan = await planStack(cluster, source, signal);
  const deletion = deletionOf(options);
  for (const line of [...warningsOf(plan), ...(deletion.deletesData ? [] : keptText(plan))]) note(line);
  const diff = diffOf(plan, source.stack, deletion);
  await print(
    { dryRun: true, ...where(document), diff },
    diff.length === 0 ? 'Nothing would change.' : `${diffText(diff)}\nA dry run: nothing was changed.`,
    options.output,
  );
  refuseObstacles(plan, options.forceConflicts === true);
}

async function carryOut(known: KnownDocument, options: DocumentApply, signal: AbortSignal): Promise<void> {
  const { document } = known;
  const source = sourceOf(known);
  const outcomes: string[] = [];
  const begun = performance.now();
  const { plan, revision, checked } = await applyStack(options.target.cluster, source, {
    forceConflicts: options.forceConflicts === true,
    prune: options.prune === true,
    deleteData: options.deleteData === true,
    ...rolloutOf(known, options),
    ...(options.rollbackTo === undefined ? {} : { rollbackTo: options.rollbackTo }),
    signal,
    confirm: (stackPlan) => ask(stackPlan, document, options),
    report: {
      applied: (object, outcome) => {
        outcomes.push(outcome);
        if (outcome !== 'unchanged') note(`${nameOf(object)} ${outcome}`);
      },
      waiting: (line) => progress.show(line),
    },
  });
  const seconds = ((performance.now() - begun) / 1_000).toFixed(1);
  const { name } = source.stack;
  const left = plan.leftovers.map(nameOf);
  if (!options.prune && left.length > 0)
    note(`No longer of the stack, and still there (--prune removes them): ${left.join(', ')}`);
  if (!deletionOf(options).deletesData) for (const line of keptText(plan)) note(line);
  await print(
    {
      ...where(document),
      revision: revision.revision,
      outcomes: countText(outcomes),
      ...checked?.data,
    },
    [
      `Stack "${name}" from ${options.from} is revision ${revision.revision}: ${countText(outcomes)}.`,
      checked ? `${checked.says} It took ${seconds} s.` : 'The check was skipped.',
    ].join('\n'),
    options.output,
  );
}

function rolloutOf(
  known: KnownDocument,
  options: Pick<DocumentApply, 'wait' | 'check' | 'tokenFile' | 'timeout'>,
): { rollout?: RolloutWait } {
  if (!options.wait) return {};
  const check = options.check ? checkOf(known, options.tokenFile) : 'skip';
  return { rollout: { timeoutMs: options.timeout * 1_000, check } };
}

const deletionOf = ({ prune, deleteData }: DocumentApply): Deletion => ({
  deletesData: prune === true && deleteData === true,
});

async function ask(plan: StackPlan, document: StackDocument, options: DocumentApply): Promise<void> {
  for (const line of warningsOf(plan)) note(line);
  const { name, namespace } = document.metadata;
  const diff = diffOf(plan, { name, namespace }, deletionOf(options));
  // No change needs no confirmation.
  if (diff.length === 0) return;
  if (!options.target.isKind && !options.yes) note(diffText(diff));
  await confirm(`Apply stack "${name}" to namespace ${namespace}?`, options.target, options);
}

const where = ({ metadata: { name, namespace } }: StackDocument): { name: string; namespace: string } => ({
  name,
  namespace,
});
