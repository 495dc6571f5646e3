import type { Kinds } from '../../model/kinds.ts';
import { readHistory, type Revision } from '../../deploy/history.ts';
import { owningResource, type OwningResource } from '../../deploy/owning-resource.ts';
import { nameOf } from '../../kube/objects.ts';
import { historyPlace } from '../../deploy/stack-objects.ts';
import { findTarget } from '../target.ts';
import { interruptible } from '../interrupt.ts';
import type { ClusterOptions } from '../options.ts';
import { note, print, table } from '../output.ts';
import { documentOf } from '../source.ts';
import { inSeconds } from '../times.ts';
import { mooringOfStack } from '../same-stack.ts';

/** What `mooring history` does. Throws ClusterError. */
export async function historyCommand(kinds: Kinds, options: ClusterOptions): Promise<void> {
  const { kind, document } = documentOf(kinds, options.file);
  const { name, namespace } = document.metadata;
  const { cluster } = await findTarget(options);
  try {
    const [revisions, owner] = await interruptible((signal) =>
      Promise.all([
        readHistory(cluster, historyPlace({ name, namespace }), signal),
        owningResource(cluster, kind, { name, namespace }, signal),
      ]),
    );
    if (owner) note(ownedText(owner));
    await print({ name, namespace, revisions }, historyText(revisions, name), options.output);
  } finally {
    cluster.api.close();
  }
}

const ownedText = (resource: OwningResource): string =>
  `${nameOf(resource)} owns this stack. Its operator keeps no history: status.revision is the generation of the document, and earlier documents are where you keep it. Listed is what "${mooringOfStack('apply')}" applied.`;

const meanings: Readonly<Record<Revision['outcome'], string>> = {
  applying: 'begun, not ended',
  applied: 'applied, not checked',
  deployed: 'its check passed',
  failed: 'failed',
};

const workedBefore = (outcome: Revision['outcome'], deployedAt: string | undefined): string | undefined =>
  deployedAt === undefined || outcome === 'deployed'
    ? undefined
    : `its check passed at ${inSeconds(deployedAt)}`;

function historyText(revisions: readonly Revision[], name: string): string {
  if (revisions.length === 0) return `The stack "${name}" has no history: mooring has not applied it yet.`;
  const rows = revisions.map(({ revision, at, outcome, deployedAt, digest, mooring, note, cause }) => [
    String(revision),
    inSeconds(at),
    meanings[outcome],
    digest,
    mooring,
    [note, workedBefore(outcome, deployedAt), cause?.split('\n').slice(0, 2).join(' ')]
      .filter((text) => text !== undefined)
      .join('; '),
  ]);
  return table(['REVISION', 'AT', 'OUTCOME', 'DIGEST', 'MOORING', 'NOTE'], rows);
}
