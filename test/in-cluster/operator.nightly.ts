import { describe, expect, test } from 'vitest';
import { chatKind } from '../../contract/chat-kind.ts';
import { blocksOf } from '../e2e/shell-blocks.ts';
import { forSuite } from '../servers/for-suite.ts';
import { orStop } from '../servers/or-stop.ts';
import { inUserShell } from '../servers/user-shell.ts';
import { followsEachDependency } from './operator/dependencies.ts';
import { isWell } from './operator/conditions.ts';
import type { InstalledOperator } from './operator/installed-operator.ts';
import { startLabWith } from './operator/lab.ts';
import { deleteDefinition, deleteNamespace, kept, leftOf } from './operator/removal.ts';
import { applyShop, bothKinds, isKept, secondKindImages } from './operator/second-kind.ts';
import { PageClient } from './stack/page-client.ts';
import { until } from './stack/until.ts';

const clients = 10;
/** As in docs/operator.md. */
const namespace = 'chat';
const market = 'market';
const long = { timeout: 300_000 };

const lab = forSuite(async () => {
  const images = await secondKindImages();
  const install = (operator: InstalledOperator) => operator.install(bothKinds, images.operator.ref);
  const started = await startLabWith({ name: 'demo', namespace }, images.operator, install);
  return orStop(started.stop, async () => {
    await started.cluster.importImage(images.shop.tarPath);
    return { ...started, shopImage: images.shop, install: () => install(started.operator) };
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

const said = async (text: string): Promise<string> => {
  const client = new PageClient(lab().stack.chatUrl, { patient: 'patient:kept', session: 'session:removal' });
  try {
    return await client.say(text);
  } finally {
    client.stop();
  }
};

describe('a rotation by annotation', () => {
  const passwords = async (): Promise<Record<string, string>> => {
    const { kubectl } = lab().stack;
    const printed = await kubectl(['get', 'secret/demo-secrets', '-o', 'jsonpath={.data}']);
    return JSON.parse(printed) as Record<string, string>;
  };

  test(
    "the page's commands replace every password, and the chat remembers what it was told",
    long,
    async () => {
      const { cluster, stack } = lab();
      await said('My sister is called Maria.');
      const before = await passwords();
      const [rotation] = blocksOf('docs/operator.md').filter(({ needs }) => needs === 'cluster');
      const { code, printed } = await inUserShell(rotation?.text ?? 'false', cluster);
      expect(code, printed).toBe(0);
      const after = await passwords();
      expect(Object.keys(after)).toEqual(Object.keys(before));
      for (const [key, value] of Object.entries(after)) expect(value, key).not.toBe(before[key]);
      await isWell(stack);
      expect(await said('What is my sister called?')).toContain('Maria');
    },
  );
});

describe('what is deleted first', () => {
  const remembers = async (what: string) => {
    expect(await said('What am I allergic to?')).toContain(what);
  };

  test(
    'the definition: what Retain keeps stays, and an applied document takes it up again',
    long,
    async () => {
      const { cluster, install, stack } = lab();
      await said('I am allergic to penicillin.');
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
