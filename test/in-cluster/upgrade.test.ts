import { describe, expect, test } from 'vitest';
import { storeNames } from '../../contract/services/backend-variables.ts';
import { forSuite } from '../servers/for-suite.ts';
import { serverFolder } from '../servers/folder.ts';
import { ask } from './stack/ask.ts';
import { startChatCluster } from './stack/chat-cluster.ts';
import { previousCommit } from './stack/previous-commit.ts';
import { synthesize } from './stack/synthesis.ts';
import { access, bringUp, type Access } from './stack/stack.ts';
import { until } from './stack/until.ts';

const choice = { name: 'demo', namespace: 'chat' };
const session = { patient: 'patient:demo', session: 'session:1769173656693' };

/** One folder of a user's, with its secrets, whose manifests of the previous commit have been applied. */
const lab = forSuite(async () => {
  const chat = await startChatCluster();
  const previous = await previousCommit().catch(async (error: unknown) => {
    await chat.stop();
    throw error;
  });
  const folder = await serverFolder('upgrade');
  const stop = async () => {
    await chat.stop();
    await folder.dispose();
    await previous.remove();
  };
  try {
    const old = await synthesize(chat.images, choice, { folder: folder.path, root: previous.root });
    const stack = access(chat.cluster, old);
    await bringUp(stack, () => apply(stack, old.dist));
    return { ...chat, folder: folder.path, stack, stop };
  } catch (error) {
    await stop();
    throw error;
  }
});

const apply = async ({ kubectl }: Access, dist: string): Promise<void> => {
  await kubectl(['apply', '-f', dist]);
};

const say = (text: string) => ask(lab().stack.wsUrl, { ...session, text });

/** What must never change: which pods a workload selects, and which claims hold what the stores know. */
async function keptThings(): Promise<string[]> {
  const { kubectl } = lab().stack;
  const selectors =
    'jsonpath={range .items[*]}{.kind} {.metadata.name} {.metadata.uid} {.spec.selector}{"\\n"}{end}';
  const claims = 'jsonpath={range .items[*]}{.metadata.name} {.metadata.uid} {.spec.volumeName}{"\\n"}{end}';
  return [
    ...(await kubectl(['get', 'deployments,statefulsets', '-o', selectors])).split('\n'),
    ...(await kubectl(['get', 'persistentvolumeclaims', '-o', claims])).split('\n'),
  ];
}

describe('an upgrade from the manifests of the previous commit', () => {
  test('keeps selectors, claims and what was remembered', async () => {
    const { images, folder, stack } = lab();
    await say('I am allergic to penicillin.');
    const before = await keptThings();
    expect(before).toHaveLength(4 + storeNames.length);

    const { dist } = await synthesize(images, choice, { folder });
    await apply(stack, dist);
    for (const workload of [
      'deployment/demo-backend',
      ...storeNames.map((name) => `statefulset/demo-${name}`),
    ])
      await stack.kubectl(['rollout', 'status', workload, '--timeout=240s']);

    expect(await keptThings()).toEqual(before);
    expect((await say('What am I allergic to?')).text).toContain('penicillin');
  }, 300_000);
});

describe('`kubectl delete`', () => {
  test('of all but the Namespace keeps the claims: applied again, the memory is there', async () => {
    const { images, folder, stack } = lab();
    const claims = (await keptThings()).slice(-storeNames.length);
    const { dist } = await synthesize(images, choice, { folder });
    const all = ['-l', 'app.kubernetes.io/instance=demo'];
    const kinds = 'deployments,statefulsets,services,configmaps,networkpolicies,serviceaccounts,secrets';
    await stack.kubectl(['delete', kinds, ...all]);
    await until('its pods to be gone', async () => (await stack.pods()).length === 0);
    expect((await keptThings()).slice(-storeNames.length)).toEqual(claims);

    await bringUp(stack, () => apply(stack, dist));
    expect((await say('What am I allergic to?')).text).toContain('penicillin');
  }, 300_000);

  test('of dist/ takes the Namespace, and with it the claims and all that was remembered', async () => {
    const { stack } = lab();
    await stack.delete();
    await until('the namespace to be gone', async () => {
      const { json } = await lab().cluster.request('GET', `/api/v1/namespaces/${choice.namespace}`);
      return (json as { code?: number }).code === 404;
    });
    const { json } = await lab().cluster.request(
      'GET',
      `/api/v1/namespaces/${choice.namespace}/persistentvolumeclaims`,
    );
    expect((json as { items: unknown[] }).items).toEqual([]);
  }, 300_000);
});
