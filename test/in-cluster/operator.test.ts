import { afterAll, describe, expect, test } from 'vitest';
import { chatKind } from '../../contract/chat-kind.ts';
import { PageClient } from './stack/page-client.ts';
import { forSuite } from '../servers/for-suite.ts';
import { orStop } from '../servers/or-stop.ts';
import { chatsWithoutOperator } from './operator/absent.ts';
import { isWell } from './operator/conditions.ts';
import { cutOffOperator, type CutOff } from './operator/cut-off.ts';
import { followsEachDependency } from './operator/dependencies.ts';
import { breakages, isHealed } from './operator/drifts.ts';
import type { InstalledOperator } from './operator/installed-operator.ts';
import { startLabWith } from './operator/lab.ts';
import { deleteDefinition, deleteNamespace, kept, leftOf } from './operator/removal.ts';
import { applyShop, bothKinds, isKept, secondKindImages } from './operator/second-kind.ts';
import { inOrder, tenChecks } from './stack/ten-checks.ts';
import { until } from './stack/until.ts';
import { visit } from './stack/visit.ts';

/** `npm run nightly -- operator-cluster` has 50 clients, and takes minutes for what is short here. */
const clients = 10;
const namespace = 'operated';
const market = 'market';
const long = { timeout: 300_000 };

const lab = forSuite(async () => {
  const images = await secondKindImages();
  const install = (operator: InstalledOperator) => operator.install(bothKinds, images.operator.ref);
  const started = await startLabWith({ name: 'demo', namespace }, images.operator, install);
  return orStop(started.stop, async () => {
    await started.cluster.importImage(images.shop.tarPath);
    const visited = await visit(started.stack);
    const stop = async () => {
      await visited.stop();
      await started.stop();
    };
    return { ...started, shopImage: images.shop, install: () => install(started.operator), visited, stop };
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
  test(
    'each store is taken away and given back: gate and condition follow, no message and no connection is lost',
    long,
    async () => {
      console.log(JSON.stringify(await followsEachDependency(lab().stack, clients)));
      expect(await lab().operator.errors()).toEqual([]);
    },
  );

  test('without its operator for 20 s the chat goes on, and pods stay ready', long, async () => {
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

describe('a kind of its own, beside the ChatStack', () => {
  test(
    'is reconciled, gated and healed by the same operator, and its namespace can be deleted first',
    long,
    async () => {
      const { cluster, operator, shopImage, stack } = lab();
      const shop = await applyShop(cluster, shopImage, market);
      await isWell(shop);
      await isKept(shop);
      await isWell(stack);
      await deleteNamespace(cluster, market);
      expect(await operator.errors()).toEqual([]);
    },
  );
});

describe('what is deleted first', () => {
  const remembers = async (what: string) => {
    const client = new PageClient(lab().stack.chatUrl, {
      patient: 'patient:kept',
      session: 'session:removal',
    });
    expect(await client.say('What am I allergic to?')).toContain(what);
    client.stop();
  };

  test(
    'the definition: what Retain keeps stays, and an applied document takes it up again',
    long,
    async () => {
      const { cluster, install, stack } = lab();
      const client = new PageClient(stack.chatUrl, { patient: 'patient:kept', session: 'session:removal' });
      await client.say('I am allergic to penicillin.');
      client.stop();
      const document = await stack.kubectl(['get', chatKind.plural, stack.stack.name, '-o', 'json']);
      await deleteDefinition(cluster);
      await until('its objects to be gone', async () => (await leftOf(stack)).length === kept('demo').length);
      expect(await leftOf(stack)).toEqual(kept('demo'));

      await install();
      const { apiVersion, kind, spec } = JSON.parse(document) as Record<string, unknown>;
      const again = { apiVersion, kind, metadata: { name: stack.stack.name, namespace }, spec };
      await stack.kubectl(['apply', '-f', '-'], JSON.stringify(again));
      await stack.kubectl([
        'wait',
        '--for=condition=Ready',
        `chatstack/${stack.stack.name}`,
        '--timeout=120s',
      ]);
      await remembers('penicillin');
    },
  );

  test('the operator: its stack keeps running, and a document is deleted without it', long, async () => {
    const { operator, stack } = lab();
    const pods = await stack.pods();
    await operator.remove();
    await remembers('penicillin');
    expect(await stack.pods()).toEqual(pods);

    await stack.kubectl(['delete', chatKind.plural, stack.stack.name]);
    await until('its objects to be gone', async () => (await leftOf(stack)).length === kept('demo').length);
    expect(await leftOf(stack)).toEqual(kept('demo'));
  });

  test('the namespace: everything in it is gone, what Retain keeps elsewhere included', long, async () => {
    await deleteNamespace(lab().cluster, namespace);
    const { json } = await lab().cluster.request(
      'GET',
      `/api/v1/namespaces/${namespace}/persistentvolumeclaims`,
    );
    expect(json).toMatchObject({ items: [] });
  });
});
