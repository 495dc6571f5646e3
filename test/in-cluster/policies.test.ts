import { describe, expect, test } from 'vitest';
import { reach } from '../../proof/reach.ts';
import { expectedReach } from '../proof/expected-reach.ts';
import { forSuite } from '../servers/for-suite.ts';
import { orStop } from '../servers/or-stop.ts';
import { startDialledStack } from './policies/dialled-stack.ts';
import { enforcesPolicies } from './policies/enforcement.ts';
import { targetKind } from './target/which.ts';
import { startChatCluster } from './stack/chat-cluster.ts';

/** The stack's policies over pods that only listen: what may be dialled is a matter of labels and ports alone. */
const lab = forSuite(async () => {
  const chat = await startChatCluster();
  return orStop(chat.stop, async () => ({ ...chat, dialled: await startDialledStack(chat) }));
});

/** The rows between pods; the world's addresses and the node's own DNS cache cannot be dialled from a pod. */
const between = expectedReach
  .map((row) => /^([a-z]+) → ([a-z0-9-]+:\d+)(?:\/TCP)?(?: by .*)?$/.exec(row))
  .flatMap((row) => (row ? [`${row[1] ?? ''} → ${row[2] ?? ''}`] : []))
  .filter((row) => !row.startsWith('world'))
  .sort();

describe('the NetworkPolicies in the cluster', () => {
  test('allow exactly the table, by evaluation of the live objects (no dialling)', async () => {
    expect(reach(await lab().dialled.liveObjects())).toEqual(expectedReach);
  });

  test('leave every connection of the table open, dialled', async () => {
    expect(between).not.toEqual([]);
    const made = await lab().dialled.dialAll();
    expect(between.filter((row) => made[row] !== true)).toEqual([]);
  });

  test('let no other connection through, dialled', async (context) => {
    const { cluster, images, dialled } = lab();
    if (targetKind() !== 'kind' && !(await enforcesPolicies(cluster, images.app.ref)))
      context.skip(
        "this cluster's network plugin enforces no NetworkPolicy (a deny-all one was dialled through)",
      );
    const made = await dialled.dialAll();
    const through = Object.keys(made).filter((row) => made[row]);
    expect(through.sort()).toEqual(between);
  });
});
