import { afterAll, describe, expect, test } from 'vitest';
import { forSuite } from '../servers/for-suite.ts';
import { orStop } from '../servers/or-stop.ts';
import { chatsWithoutOperator } from './operator/absent.ts';
import { isWell } from './operator/conditions.ts';
import { cutOffOperator, type CutOff } from './operator/cut-off.ts';
import { breakages, isHealed } from './operator/drifts.ts';
import { startOperatorLab } from './operator/lab.ts';
import { inOrder, tenChecks } from './stack/ten-checks.ts';
import { visit } from './stack/visit.ts';

// What takes longer is in operator.nightly.ts and operator/long.ts, parts of `npm run nightly`.

const clients = 10;

const lab = forSuite(async () => {
  const started = await startOperatorLab({ name: 'demo', namespace: 'operated' });
  return orStop(started.stop, async () => {
    const visited = await visit(started.stack);
    const stop = async () => {
      await visited.stop();
      await started.stop();
    };
    return { ...started, visited, stop };
  });
});

describe('a stack that `kubectl apply -f stack.yaml` made and an operator keeps', () => {
  test('is Ready for kubectl, and its gates are set', async () => {
    const { stack } = lab();
    await stack.kubectl(['wait', '--for=condition=Ready', `chatstack/${stack.stack.name}`, '--timeout=60s']);
    await isWell(stack);
    const listed = await stack.kubectl(['get', 'cstack']);
    expect(listed.split('\n')[0]?.split(/\s+/)).toEqual(
      expect.arrayContaining(['NAME', 'READY', 'REDIS', 'NEO4J', 'QDRANT', 'REVISION', 'AGE']),
    );
    console.log(`${JSON.stringify(stack.timings)}\n${listed}`);
  });
});

describe('an operator that reaches no pod', () => {
  let cut: CutOff | undefined;
  afterAll(() => cut?.undo());

  test('leaves every gate True, with the reason Unreachable', async () => {
    cut = await cutOffOperator(lab());
  });

  describe("the incident's ten checks", () => {
    const checks = tenChecks(() => lab().visited);
    test.for(inOrder)('check %i', (number, context) => checks[number](context));
  });

  test('loses no endpoint in 60 s; the document says Unknown, and all is known again afterwards', async () => {
    await cut?.hasHeld(60_000);
    await cut?.end();
    expect(await lab().operator.errors()).toEqual([]);
  });
});

describe('a stack whose clients chat', () => {
  test('without its operator for 20 s the chat goes on, and pods stay ready', async () => {
    await chatsWithoutOperator(lab(), { ms: 20_000, clients });
    expect(await lab().operator.errors()).toEqual([]);
  });
});

// Some make further pods of the backend for a moment, so no client chats while those end.
describe('what others change is put back, with its Event and `status.lastDrift`', () => {
  test.for(Object.keys(breakages('')))('%s', async (name) => {
    const { stack, images, visited } = lab();
    const breakage = breakages(images.redis.ref)[name];
    expect(breakage).toBeDefined();
    if (breakage) console.log(`${name}: seen back after ${await isHealed(stack, breakage)} ms.`);
    expect(visited.socket.readyState).toBe(visited.socket.OPEN);
  });
});
