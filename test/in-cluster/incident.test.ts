import { describe } from 'vitest';
import { forSuite } from '../servers/for-suite.ts';
import { orStop } from '../servers/or-stop.ts';
import { startChatStack } from './stack/chat-cluster.ts';
import { theTenChecks } from './stack/ten-checks.ts';
import { visit } from './stack/visit.ts';

const lab = forSuite(async () => {
  const { stack, stop: stopCluster } = await startChatStack({ name: 'demo', namespace: 'chat' });
  const visited = await orStop(stopCluster, () => visit(stack));
  const stop = async () => {
    await visited.stop();
    await stopCluster();
  };
  return { ...visited, stop };
});

describe("the incident's ten checks, in the cluster", () => theTenChecks(lab));
