import { createHash } from 'node:crypto';
import { z } from 'zod';
import { parseJson } from '../model/json.ts';
import { ApiError } from '../kube/cluster-error.ts';
import type { Cluster } from '../kube/cluster.ts';
import type { KubeObject, ObjectPlace } from '../kube/objects.ts';
import { readObject } from '../kube/server-side-apply.ts';

/**
 * The outcome of a revision. `applying`: begun, interrupted if no apply is running. `deployed`: the stack's check
 * passed. `applied`: applied without a check. `failed`: it could not be applied, or the check did not pass.
 */
const outcome = z.enum(['applying', 'applied', 'deployed', 'failed']);
export type RevisionOutcome = z.infer<typeof outcome>;

const revision = z.object({
  revision: z.int().min(1),
  /** When its last apply began. */
  at: z.iso.datetime(),
  outcome,
  /** When its check last passed. A later apply with another outcome keeps it. */
  deployedAt: z.iso.datetime().optional(),
  /** Why it failed, in a line. */
  cause: z.string().optional(),
  /** The document's digest. */
  digest: z.string(),
  /** The version of Mooring that rendered it. */
  mooring: z.string(),
  /** For a rollback: the revision whose document it applies again. */
  rollbackTo: z.int().min(1).optional(),
  /** The same for people: `rollback to 3`. */
  note: z.string().optional(),
  /** The whole document, defaults filled in. It holds no secret: it names Secrets, never values. */
  document: z.unknown(),
});
export type Revision = z.infer<typeof revision>;

/** The number of kept revisions: the ConfigMap stays far below its limit of 1 MiB. */
export const revisionsKept = 10;

/** The digest of a document, independent of the order of its keys. */
export function documentDigest(document: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify(sorted(document)))
    .digest('hex')
    .slice(0, 16);
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, inside]) => inside !== undefined);
  return Object.fromEntries(
    entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, inside]) => [key, sorted(inside)]),
  );
}

const historyAt = (place: ObjectPlace): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { ...place },
});

/** Every revision that is kept, the oldest first; none where nothing was applied yet. */
export async function readHistory(
  cluster: Cluster,
  place: ObjectPlace,
  signal?: AbortSignal,
): Promise<Revision[]> {
  const live = await readObject(cluster, historyAt(place), signal);
  return live ? revisionsIn(live) : [];
}

/** An entry that does not parse, such as one edited by hand, is left out. */
function revisionsIn(live: KubeObject): Revision[] {
  return Object.values((live['data'] ?? {}) as Record<string, string>)
    .flatMap((text) => {
      const parsed = revision.safeParse(parseJson(text));
      return parsed.success ? [withRollbackTo(parsed.data)] : [];
    })
    .sort((a, b) => a.revision - b.revision);
}

/** Entries of Mooring 0.1 have no `rollbackTo`; there the note holds it. */
function withRollbackTo(entry: Revision): Revision {
  const to = /^rollback to (\d+)$/.exec(entry.note ?? '')?.[1];
  return to === undefined || entry.rollbackTo !== undefined ? entry : { ...entry, rollbackTo: Number(to) };
}

/** The position of a revision in the history; a rollback has that of its target. */
function placeOf(latest: Revision, history: readonly Revision[]): number {
  const { rollbackTo: to } = latest;
  if (to === undefined) return latest.revision;
  const target = history.find(({ revision: number }) => number === to && number < latest.revision);
  return target ? placeOf(target, history) : to;
}

/**
 * The last revision before the latest that worked and is another document: its check passed once, or it was applied
 * without one. After a rollback it is one before its target, so that a second rollback goes further back.
 */
export function lastThatWorked(history: readonly Revision[]): Revision | undefined {
  const latest = history.at(-1);
  if (!latest) return undefined;
  const place = placeOf(latest, history);
  return history.findLast(
    ({ revision: number, digest, deployedAt, outcome: became }) =>
      number < place && digest !== latest.digest && (deployedAt !== undefined || became === 'applied'),
  );
}

export type Begun = Pick<Revision, 'at' | 'mooring' | 'document' | 'rollbackTo'>;

/**
 * Records that a document is being applied, and returns its revision. Applying the latest document again is no new
 * revision.
 */
export async function beginRevision(
  cluster: Cluster,
  place: ObjectPlace,
  begun: Begun,
  signal?: AbortSignal,
): Promise<Revision> {
  const digest = documentDigest(begun.document);
  return change(cluster, place, signal, (revisions) => {
    const last = revisions.at(-1);
    const again = last?.digest === digest;
    const number = again ? last.revision : (last?.revision ?? 0) + 1;
    const rollbackTo = begun.rollbackTo ?? (again ? last.rollbackTo : undefined);
    return {
      ...begun,
      ...(rollbackTo === undefined ? {} : { rollbackTo, note: `rollback to ${rollbackTo}` }),
      revision: number,
      digest,
      outcome: 'applying',
      ...(again && last.deployedAt !== undefined ? { deployedAt: last.deployedAt } : {}),
    };
  });
}

/** Records the outcome of a revision. */
export async function endRevision(
  cluster: Cluster,
  place: ObjectPlace,
  ended: Revision,
  { outcome: became, cause }: Pick<Revision, 'outcome' | 'cause'>,
): Promise<void> {
  await change(cluster, place, undefined, () => ({
    ...ended,
    outcome: became,
    ...(became === 'deployed' ? { deployedAt: new Date().toISOString() } : {}),
    ...(cause === undefined ? {} : { cause }),
  }));
}

/** Give up after this many write conflicts. */
const attempts = 10;

/** Adds or replaces one revision, and drops the oldest. After a write conflict the history is read again. */
async function change(
  cluster: Cluster,
  place: ObjectPlace,
  signal: AbortSignal | undefined,
  next: (revisions: readonly Revision[]) => Revision,
): Promise<Revision> {
  for (let attempt = 1; ; attempt++) {
    const live = await readObject(cluster, historyAt(place), signal);
    const revisions = live ? revisionsIn(live) : [];
    const added = next(revisions);
    const others = revisions.filter(({ revision: number }) => number !== added.revision);
    const kept = [...others, added].sort((a, b) => a.revision - b.revision).slice(-revisionsKept);
    const data = Object.fromEntries(kept.map((one) => [String(one.revision), JSON.stringify(one)]));
    try {
      await write(cluster, { ...historyAt(place), data }, live, signal);
      return added;
    } catch (error) {
      const overtaken = error instanceof ApiError && error.status === 409;
      if (!overtaken || attempt === attempts) throw error;
    }
  }
}

async function write(
  { api, discovery, fieldManager }: Cluster,
  history: KubeObject,
  live: KubeObject | undefined,
  signal?: AbortSignal,
): Promise<void> {
  const query = { fieldManager };
  if (!live) {
    const path = await discovery.collectionOf('v1', 'ConfigMap', history.metadata.namespace);
    await api.request('POST', path, { query, body: history, signal });
    return;
  }
  const { resourceVersion } = live.metadata;
  const body = {
    ...history,
    metadata: { ...history.metadata, ...(resourceVersion ? { resourceVersion } : {}) },
  };
  await api.request('PUT', await discovery.pathOf(history), { query, body, signal });
}
