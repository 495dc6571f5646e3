import { lastThatWorked, readHistory, type Revision } from '../../deploy/history.ts';
import { historyPlace } from '../../deploy/stack-objects.ts';
import { readAnyDocument, type Kinds, type KnownDocument } from '../../model/kinds.ts';
import { readChatStack } from '../../contract/read-chat-stack.ts';
import { mebibytes } from '../../model/quantity.ts';
import { storeNames } from '../../contract/services/backend-variables.ts';
import { chatStackKindName, type ChatStack } from '../../contract/document.ts';
import type { ApplyOptions } from '../commands/apply.ts';
import { announce, findTarget } from '../context.ts';
import { CommandError } from '../fail.ts';
import { note } from '../output.ts';
import { documentOf } from '../source.ts';
import { applyDocument } from './apply.ts';

/** What `mooring rollback` does. Throws as `mooring apply` does; CommandError when there is nothing to go back to. */
export async function rollbackCommand(
  kinds: Kinds,
  revision: string | undefined,
  options: ApplyOptions,
): Promise<void> {
  const { document, source } = documentOf(kinds, options.file);
  const { name, namespace } = document.metadata;
  const target = await findTarget(options);
  announce(target, namespace);
  const history = await readHistory(target.cluster, historyPlace({ name, namespace }));
  const chosen = chosenFrom(history, revision, name);
  const earlier = readAnyDocument(kinds, chosen.document, `Revision ${chosen.revision}`);
  const latest = history.at(-1);
  const kept = latest ? withGrownStorage(earlier, latest) : { known: earlier, grown: [] };
  for (const line of kept.grown) note(line);
  await applyDocument(kept.known, {
    ...options,
    target,
    from: `revision ${chosen.revision}`,
    rollbackTo: chosen.revision,
  });
  if (!options.dryRun)
    note(`${source} still says otherwise: the next "mooring apply" brings it back. Change it too.`);
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
    `The stack "${name}" has no earlier revision that worked (it has: ${known}). "mooring history" lists them.`,
  );
}

/** A volume never shrinks: where it has grown since, going back keeps it as it is. */
function withGrownStorage(known: KnownDocument, latest: Revision): { known: KnownDocument; grown: string[] } {
  if (known.kind.kind !== chatStackKindName) return { known, grown: [] };
  const earlier = known.document as ChatStack;
  const now = readChatStack(latest.document, `Revision ${latest.revision}`);
  const spec = { ...earlier.spec };
  const grown: string[] = [];
  for (const store of storeNames) {
    const [before, after] = [earlier.spec[store].storage?.size, now.spec[store].storage?.size];
    if (after === undefined || earlier.spec[store].external) continue;
    if (before !== undefined && mebibytes(before) >= mebibytes(after)) continue;
    spec[store] = { ...spec[store], storage: { ...spec[store].storage, size: after } };
    grown.push(`The volume of ${store} stays at ${after}: volumes never shrink.`);
  }
  return { known: { ...known, document: { ...earlier, spec } }, grown };
}
