import { documentDigest, lastThatWorked, readHistory, type Revision } from '../../deploy/history.ts';
import { historyPlace } from '../../deploy/stack-objects.ts';
import { readAnyDocument, type Kinds, type KnownDocument } from '../../model/kinds.ts';
import type { ApplyOptions } from './options.ts';
import { announce, findTarget } from '../target.ts';
import { CommandError } from '../errors.ts';
import { note } from '../output.ts';
import { changeOf, refuseOwned } from '../owned.ts';
import { documentOf } from '../source.ts';
import { applyDocument } from './apply.ts';
import { mooringOfStack } from '../same-stack.ts';

/** What `mooring rollback` does. Throws as `mooring apply` does; CommandError when there is no revision to apply. */
export async function rollbackCommand(
  kinds: Kinds,
  revision: string | undefined,
  options: ApplyOptions,
): Promise<void> {
  const found = documentOf(kinds, options.file);
  const { document, source } = found;
  const { name, namespace } = document.metadata;
  const target = await findTarget(options);
  announce(target, namespace);
  await refuseOwned(target, found, options, (owned) => ({
    'An operator keeps no revisions beside the resource itself. To go back, apply the document as it was': [
      changeOf(owned, found.file),
    ],
  }));
  const history = await readHistory(target.cluster, historyPlace({ name, namespace }));
  const chosen = chosenFrom(history, revision, name);
  const earlier = readAnyDocument(kinds, chosen.document, `Revision ${chosen.revision}`);
  const latest = history.at(-1);
  const now = latest && readAnyDocument(kinds, latest.document, `Revision ${latest.revision}`);
  const kept = withGrownVolumes(earlier, now);
  for (const line of kept.grown) note(line);
  await applyDocument(kept.known, {
    ...options,
    target,
    from: `revision ${chosen.revision}`,
    rollbackTo: chosen.revision,
  });
  const differs = documentDigest(document) !== documentDigest(kept.known.document);
  if (!options.dryRun && differs)
    note(
      `${source} differs from this revision, and the next "${mooringOfStack('apply')}" would apply it again. Change it too.`,
    );
}

function chosenFrom(history: readonly Revision[], wanted: string | undefined, name: string): Revision {
  const known = history.map(({ revision }) => revision).join(', ') || 'none';
  if (wanted !== undefined) {
    const found = history.find(({ revision }) => String(revision) === wanted);
    if (found) return found;
    throw new CommandError(
      'NOT_FOUND_IN_CLUSTER',
      `The stack "${name}" has no revision ${wanted}; it has ${known}.`,
    );
  }
  const found = lastThatWorked(history);
  if (found) return found;
  throw new CommandError(
    'NOT_FOUND_IN_CLUSTER',
    `The stack "${name}" has no earlier revision that worked (it has: ${known}). "${mooringOfStack('history')}" lists them.`,
  );
}

/** A volume never shrinks: one that has grown since keeps its size. */
function withGrownVolumes(
  earlier: KnownDocument,
  later: KnownDocument | undefined,
): { known: KnownDocument; grown: readonly string[] } {
  const { kind, document } = earlier;
  if (!kind.withGrownVolumes || later?.kind.kind !== kind.kind) return { known: earlier, grown: [] };
  const { document: kept, grown } = kind.withGrownVolumes(document, later.document);
  return { known: { ...earlier, document: kept }, grown };
}
