import { createHash } from 'node:crypto';
import { z } from 'zod';
import { stackHistoryName } from '../model/environment.ts';
import { stackLabels } from '../model/labels.ts';
import { ApiError } from '../kube/cluster-error.ts';
import { fieldManager, type Cluster } from '../kube/cluster.ts';
import type { KubeObject } from '../kube/objects.ts';
import type { StackRef } from './stack-objects.ts';
import { readObject } from '../kube/server-side-apply.ts';

/**
 * What became of a revision. `applying`: begun, and never ended if nobody is at it. `deployed`: a chat turn passed.
 * `applied`: nobody waited for one. `failed`: none passed.
 */
const outcome = z.enum(['applying', 'applied', 'deployed', 'failed']);
export type RevisionOutcome = z.infer<typeof outcome>;

const revision = z.strictObject({
  revision: z.int().min(1),
  /** When it was begun last. */
  at: z.iso.datetime(),
  outcome,
  /** When a chat turn passed last; what becomes of applying it again does not undo that it once worked. */
  deployedAt: z.iso.datetime().optional(),
  /** Why it failed, in a line. */
  cause: z.string().optional(),
  /** Of the document, the same for the same document. */
  digest: z.string(),
  /** The Mooring that rendered it. */
  mooring: z.string(),
  /** `rollback to 3`, where it was one. */
  note: z.string().optional(),
  /** The whole ChatStack document, defaults filled in. Nothing in it is secret: it names Secrets, never values. */
  document: z.unknown(),
});
export type Revision = z.infer<typeof revision>;

/** As many are kept as one can still tell apart; the ConfigMap stays far below its limit of 1 MiB. */
export const revisionsKept = 10;

/** The digest of a document, whatever the order of its keys. */
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

const historyOf = (stack: StackRef): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: stackHistoryName(stack), namespace: stack.namespace, labels: stackLabels(stack) },
});

/** Every revision that is kept, the oldest first; none where nothing was applied by Mooring. */
export async function readHistory(
  cluster: Cluster,
  stack: StackRef,
  signal?: AbortSignal,
): Promise<Revision[]> {
  const live = await readObject(cluster, historyOf(stack), signal);
  return live ? revisionsIn(live) : [];
}

/** An entry somebody edited into nonsense is left out rather than in the way. */
function revisionsIn(live: KubeObject): Revision[] {
  return Object.values((live['data'] ?? {}) as Record<string, string>)
    .flatMap((text) => {
      const parsed = revision.safeParse(jsonOf(text));
      return parsed.success ? [parsed.data] : [];
    })
    .sort((a, b) => a.revision - b.revision);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const rollbackWords = 'rollback to ';

/** The note of a revision that goes back to an earlier one. */
export const rollbackNote = (to: number): string => `${rollbackWords}${to}`;

/** Where in the history a document stands: a rollback stands where it went back to. */
function placeOf(latest: Revision, history: readonly Revision[]): number {
  if (!latest.note?.startsWith(rollbackWords)) return latest.revision;
  const to = Number(latest.note.slice(rollbackWords.length));
  const target = history.find(({ revision: number }) => number === to && number < latest.revision);
  return target ? placeOf(target, history) : to;
}

/**
 * The last revision before the latest that worked and is another document: the chat answered once, or it was applied
 * and nobody waited. After a rollback it is one before what was gone back to, so that a second one goes further back.
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

export type Begun = Pick<Revision, 'at' | 'mooring' | 'document' | 'note'>;

/**
 * Writes down that a document is being applied, and answers its revision. The document that was applied last keeps its
 * number: applying it again, after a cut or just so, is no new revision.
 */
export async function beginRevision(
  cluster: Cluster,
  stack: StackRef,
  begun: Begun,
  signal?: AbortSignal,
): Promise<Revision> {
  const digest = documentDigest(begun.document);
  return change(cluster, stack, signal, (revisions) => {
    const last = revisions.at(-1);
    const again = last?.digest === digest;
    const number = again ? last.revision : (last?.revision ?? 0) + 1;
    const note = begun.note ?? (again ? last.note : undefined);
    return {
      ...begun,
      ...(note === undefined ? {} : { note }),
      revision: number,
      digest,
      outcome: 'applying',
      ...(again && last.deployedAt !== undefined ? { deployedAt: last.deployedAt } : {}),
    };
  });
}

/** Writes down what became of a revision. */
export async function endRevision(
  cluster: Cluster,
  stack: StackRef,
  ended: Revision,
  { outcome: became, cause }: Pick<Revision, 'outcome' | 'cause'>,
): Promise<void> {
  await change(cluster, stack, undefined, () => ({
    ...ended,
    outcome: became,
    ...(became === 'deployed' ? { deployedAt: new Date().toISOString() } : {}),
    ...(cause === undefined ? {} : { cause }),
  }));
}

/** More often than this nobody else is faster by chance. */
const attempts = 10;

/** Adds or replaces one revision, and drops the oldest. Whoever was faster is read again. */
async function change(
  cluster: Cluster,
  stack: StackRef,
  signal: AbortSignal | undefined,
  next: (revisions: readonly Revision[]) => Revision,
): Promise<Revision> {
  for (let attempt = 1; ; attempt++) {
    const live = await readObject(cluster, historyOf(stack), signal);
    const revisions = live ? revisionsIn(live) : [];
    const added = next(revisions);
    const others = revisions.filter(({ revision: number }) => number !== added.revision);
    const kept = [...others, added].sort((a, b) => a.revision - b.revision).slice(-revisionsKept);
    const data = Object.fromEntries(kept.map((one) => [String(one.revision), JSON.stringify(one)]));
    try {
      await write(cluster, { ...historyOf(stack), data }, live, signal);
      return added;
    } catch (error) {
      const overtaken = error instanceof ApiError && error.status === 409;
      if (!overtaken || attempt === attempts) throw error;
    }
  }
}

async function write(
  { api, discovery }: Cluster,
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
