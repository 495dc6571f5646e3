import { afterAll, describe, expect, test } from 'vitest';
import { forSuite } from '../servers/for-suite.ts';
import { orStop } from '../servers/or-stop.ts';
import { inUserShell } from '../servers/user-shell.ts';
import { chatsWithoutOperator } from './operator/absent.ts';
import { isWell, statusOf } from './operator/conditions.ts';
import { cutOffOperator, type CutOff } from './operator/cut-off.ts';
import { breakages, isHealed } from './operator/drifts.ts';
import { startOperatorLab } from './operator/lab.ts';
import { inOrder, tenChecks } from './stack/ten-checks.ts';
import { until } from './stack/until.ts';
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
      expect.arrayContaining(['NAME', 'READY', 'STATUS', 'REDIS', 'NEO4J', 'QDRANT', 'REVISION', 'AGE']),
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

describe('a Secret that was deleted', () => {
  test('is missed by the next pod, told, and written back by the command that the condition has', async () => {
    const { cluster, stack } = lab();
    const values = () => stack.kubectl(['get', 'secret/demo-secrets', '-o', 'jsonpath={.data}']);
    const before = JSON.parse(await values()) as unknown;
    await stack.kubectl(['delete', 'secret/demo-secrets']);
    await stack.kubectl(['delete', 'pod', '-l', 'app.kubernetes.io/name=backend', '--wait=false']);
    const degraded = async () => (await statusOf(stack)).conditions?.find(({ type }) => type === 'Degraded');
    await until('the report', async () => ((await degraded())?.message ?? '').includes('was deleted'));
    const command = /^Restore it .* what the pods have: (?<command>.*)$/m.exec(
      (await degraded())?.message ?? '',
    );
    const { code, printed } = await inUserShell(command?.groups?.['command'] ?? 'false', cluster);
    expect(code, printed).toBe(0);
    expect(JSON.parse(await values())).toEqual(before);
    await until('the end of it', async () => (await degraded())?.status === 'False');
    await isWell(stack);
  });
});
