import { describe, test } from 'vitest';
import { forSuite } from '../../servers/for-suite.ts';
import { orSkip } from '../../servers/or-skip.ts';
import { apiServerAway, dnsAway } from '../faults/cluster-services.ts';
import { allowsOneEvictionAtATime, movesFromDrainedNode, nodeToDrain } from '../faults/evictions.ts';
import { rollsUnderClients } from '../faults/rolling-update.ts';
import { goesOnThrough } from '../faults/whole-cluster.ts';
import { startChatStack } from '../stack/chat-cluster.ts';
import { requireOwn } from '../target/borrowed.ts';

/** Two replicas, on two nodes where the cluster is one of our own. */
const lab = forSuite(() =>
  startChatStack(
    {
      name: 'demo',
      namespace: 'double',
      spec: { backend: { nodePort: { enabled: true, port: 30_084 }, replicas: 2 } },
    },
    { nodes: 2 },
  ),
);
const limit = { timeout: 600_000 };

// Seconds are counted here, so nothing else runs beside these tests (vitest.config.ts).
describe('two replicas', () => {
  test('are evicted one at a time: the second is 429 until the replacement is ready', limit, async () =>
    allowsOneEvictionAtATime(lab().cluster, lab().stack),
  );

  test(
    'a node is drained: its replica moves to the other one, and a client is back within 5 s',
    limit,
    async (context) =>
      orSkip(context, async () => {
        const { cluster } = lab();
        requireOwn(cluster, 'a drained node');
        const node = await nodeToDrain(cluster);
        if (node === undefined)
          return context.skip('this cluster has one node, and a drain needs another one');
        await movesFromDrainedNode(lab().stack, node);
      }),
  );

  test(
    'a rolling update under 200 chatting clients loses no message and repeats none; all are back within 5 s',
    limit,
    async () => rollsUnderClients(lab().stack),
  );

  test('the DNS is gone for 10 s: the chat goes on, for new clients too', limit, async (context) =>
    orSkip(context, () => goesOnThrough(lab().stack, dnsAway(lab().cluster), 'dns')),
  );

  test('the API server is down for 30 s: the chat goes on, for new clients too', limit, async (context) =>
    orSkip(context, () => goesOnThrough(lab().stack, apiServerAway(lab().cluster), 'api')),
  );
});
