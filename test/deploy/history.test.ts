import { describe, expect, test } from 'vitest';
import type { Cluster } from '../../kube/cluster.ts';
import {
  beginRevision,
  endRevision,
  lastThatWorked,
  readHistory,
  type Revision,
} from '../../deploy/history.ts';

const place = { name: 'demo-history', namespace: 'chat', labels: {} };

/** A cluster that keeps one object. */
function keeper(kept?: unknown): Cluster {
  const path = () => Promise.resolve('/history');
  const request = (method: string, _path: string, { body }: { body?: unknown } = {}) => {
    if (method !== 'GET') kept = body;
    return Promise.resolve({ status: kept === undefined ? 404 : 200, json: kept, warnings: [] });
  };
  return { api: { request }, discovery: { pathOf: path, collectionOf: path } } as unknown as Cluster;
}

const begin = (cluster: Cluster, document: unknown) =>
  beginRevision(cluster, place, { at: new Date().toISOString(), mooring: '0', document });

describe('a revision', () => {
  test.each(['failed', undefined] as const)(
    'in which the chat answered keeps that when it is applied again and is %s',
    async (outcome) => {
      const cluster = keeper();
      await endRevision(cluster, place, await begin(cluster, { a: 1 }), { outcome: 'deployed' });
      const [{ deployedAt } = { deployedAt: undefined }] = await readHistory(cluster, place);
      expect(deployedAt).toBeDefined();
      const again = await begin(cluster, { a: 1 });
      if (outcome) await endRevision(cluster, place, again, { outcome });
      await begin(cluster, { a: 2 });
      const history = await readHistory(cluster, place);
      expect(history).toMatchObject([
        { revision: 1, outcome: outcome ?? 'applying', deployedAt },
        { revision: 2 },
      ]);
      expect(history[1]).not.toHaveProperty('deployedAt');
      expect(lastThatWorked(history)?.revision).toBe(1);
    },
  );
});

describe('rollback goes', () => {
  /** A word a revision: its document, `!` when it never worked, the revision it goes back to. */
  const history = (words: string): Revision[] =>
    words.split(' ').map((word, index) => {
      const [, digest = '', failed, to] = /^(\w)(!?)(\d?)$/.exec(word) ?? [];
      return {
        revision: index + 1,
        at: '2026-11-25T00:00:00Z',
        digest,
        mooring: '0',
        document: {},
        ...(failed ? { outcome: 'failed' } : { outcome: 'deployed', deployedAt: '2026-11-25T00:00:00Z' }),
        ...(to ? { rollbackTo: Number(to) } : {}),
      };
    });

  test.each([
    ['to the last before this', 'a b c', 2],
    ['past what never worked', 'a b! c', 1],
    ['past the same document', 'a b c! b', 1],
    ['further back after a rollback', 'a b c b2', 1],
    ['further back after a rollback to a rollback', 'a b c b2 d b4', 1],
    ['nowhere from the first', 'a b a1', undefined],
    ['to the last before an old document that was applied again', 'a b c a', 3],
    ['nowhere when nothing was applied twice', 'a', undefined],
  ])('%s: %s', (_, words, expected) => {
    expect(lastThatWorked(history(words))?.revision).toBe(expected);
  });
});

describe('a rollback', () => {
  test('is told apart by a field, and by a note for people', async () => {
    const cluster = keeper();
    await begin(cluster, { a: 1 });
    await begin(cluster, { a: 2 });
    await beginRevision(cluster, place, {
      at: '2026-11-25T00:00:00Z',
      mooring: '0',
      document: { a: 1 },
      rollbackTo: 1,
    });
    expect(await readHistory(cluster, place)).toMatchObject([
      { revision: 1 },
      { revision: 2 },
      { revision: 3, rollbackTo: 1, note: 'rollback to 1' },
    ]);
  });

  test('of Mooring 0.1, which only has the note, is read too; fields of a later Mooring do no harm', async () => {
    const entry = { at: '2026-11-25T00:00:00Z', outcome: 'applied', digest: 'a', mooring: '0', document: {} };
    const data = {
      1: JSON.stringify({ ...entry, revision: 1 }),
      2: JSON.stringify({ ...entry, revision: 2, note: 'rollback to 1', later: true }),
    };
    expect(await readHistory(keeper({ data }), place)).toMatchObject([
      { revision: 1 },
      { revision: 2, rollbackTo: 1 },
    ]);
  });
});
