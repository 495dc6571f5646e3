import { describe, expect, test } from 'vitest';
import type { Cluster } from '../../kube/cluster.ts';
import { beginRevision, endRevision, lastThatWorked, readHistory, rollbackNote, type Revision } from '../../deploy/history.ts';

const stack = { name: 'demo', namespace: 'chat' };

/** A cluster that keeps one object. */
function keeper(): Cluster {
  let kept: unknown;
  const path = () => Promise.resolve('/history');
  const request = (method: string, _path: string, { body }: { body?: unknown } = {}) => {
    if (method !== 'GET') kept = body;
    return Promise.resolve({ status: kept === undefined ? 404 : 200, json: kept, warnings: [] });
  };
  return { api: { request }, discovery: { pathOf: path, collectionOf: path } } as unknown as Cluster;
}

const begin = (cluster: Cluster, document: unknown) =>
  beginRevision(cluster, stack, { at: new Date().toISOString(), mooring: '0', document });

describe('a revision', () => {
  test.each(['failed', undefined] as const)(
    'in which the chat answered keeps that when it is applied again and is %s',
    async (outcome) => {
      const cluster = keeper();
      await endRevision(cluster, stack, await begin(cluster, { a: 1 }), { outcome: 'deployed' });
      const [{ deployedAt } = { deployedAt: undefined }] = await readHistory(cluster, stack);
      expect(deployedAt).toBeDefined();
      const again = await begin(cluster, { a: 1 });
      if (outcome) await endRevision(cluster, stack, again, { outcome });
      await begin(cluster, { a: 2 });
      const history = await readHistory(cluster, stack);
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
        ...(to ? { note: rollbackNote(Number(to)) } : {}),
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
