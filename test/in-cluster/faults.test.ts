import { describe, expect, test } from 'vitest';
import { storeNames } from '../../contract/services/backend-variables.ts';
import { forSuite } from '../servers/for-suite.ts';
import { neo4jLast } from './faults/held-back.ts';
import { outlivesTheKillOf } from './faults/killed-pods.ts';
import { comesBackFromOutOfMemory } from './faults/out-of-memory.ts';
import { staysUpWithout } from './faults/scaled-to-zero.ts';
import { startChatCluster } from './stack/chat-cluster.ts';
import { deployStack, type Apply, type DeployedStack } from './stack/stack.ts';

const lab = forSuite(startChatCluster);
/** What stands in a suite that runs beside others. */
const inTurn = { concurrent: false, timeout: 600_000 };

/** A stack of the shared cluster in a namespace of its own; the first test of its suite brings it up. */
function stackOf(name: string, port: number, apply?: Apply) {
  const backend = { nodePort: { enabled: true, port } };
  let stack: Promise<DeployedStack> | undefined;
  return () => (stack ??= deployStack(lab(), { name, namespace: name, spec: { backend } }, apply));
}
const late = stackOf('late', 30_082, neo4jLast);
const scaled = stackOf('scaled', 30_083);

// Both suites run side by side, for most of the time is waiting; the tests of each go on where the last one ended.
describe.concurrent('pods that come late or are killed', () => {
  test('with Neo4j held back 90 s nothing restarts, and then the chat answers', inTurn, async () => {
    const pods = await (await late()).pods();
    expect(pods.map(({ restarts }) => restarts)).toEqual([0, 0, 0, 0]);
  });

  test.for(storeNames)(
    'the pod of %s is killed: the connection stays, and what was said is answered',
    inTurn,
    async (store) => outlivesTheKillOf(await late(), store),
  );

  test('the backend is killed for its memory: it is restarted, and a client is back', inTurn, async () => {
    await comesBackFromOutOfMemory(lab().cluster, await late());
  });
});

describe.concurrent('a store scaled to 0 for 30 s', () => {
  test.for(storeNames)(
    '%s: its gate closes as law 6 says, nothing is restarted, open connections are told and go on',
    inTurn,
    async (store) => staysUpWithout(await scaled(), store),
  );
});
