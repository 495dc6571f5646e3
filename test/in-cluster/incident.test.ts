import { describe, test } from 'vitest';
import { forSuite } from '../servers/for-suite.ts';
import { orStop } from '../servers/or-stop.ts';
import { startChatStack } from './stack/chat-cluster.ts';
import { tenChecks } from './stack/ten-checks.ts';
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

// In the incident's own words. test/in-cluster/operator.test.ts makes the same checks of a stack that an operator keeps.
describe("the incident's ten checks, in the cluster", () => {
  const checks = tenChecks(lab);
  test('1. the backend starts without errors', (context) => checks[1](context));
  test('2. the log has "Patient Memory Service initialized"', (context) => checks[2](context));
  test('3. a connection is accepted', (context) => checks[3](context));
  test('5. the page shows Connected', (context) => checks[5](context));
  test('6. a test message is sent', (context) => checks[6](context));
  test('7. an answer appears', (context) => checks[7](context));
  test('9. the context sidebar loads', (context) => checks[9](context));
  test('8. no reconnect loop is in the log over 60 s', (context) => checks[8](context));
  test('4. a connection stays open for 60 s', (context) => checks[4](context));
  test('10. no errors are in the browser console', (context) => checks[10](context));
});
