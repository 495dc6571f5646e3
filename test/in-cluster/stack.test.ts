import { describe, expect, test } from 'vitest';
import { hostOf, serviceOf } from '../../model/environment.ts';
import { dialledPort } from '../../model/stack.ts';
import { backendName, backendPorts } from '../../contract/services/backend-ports.ts';
import { neo4jName } from '../../contract/services/neo4j.ts';
import { qdrantName, qdrantPorts } from '../../contract/services/qdrant.ts';
import { redisName } from '../../contract/services/redis.ts';
import { forSuite } from '../servers/for-suite.ts';
import { orSkip } from '../servers/or-skip.ts';
import { ask, chatUrlOf } from './stack/ask.ts';
import { startChatStack } from './stack/chat-cluster.ts';
import { memoryOf } from './stack/node-memory.ts';
import { sayInCluster } from './stack/say-in-cluster.ts';
import { until } from './stack/until.ts';
import { requireOwn } from './target/borrowed.ts';

/** As small as the `dev` preset promises to fit: of 4 GiB, a node's own programs keep a quarter. */
const node = { cpus: 2, memoryMiB: 3_072 };
const lab = forSuite(() => startChatStack({ name: 'demo', namespace: 'chat' }, node));
const session = { patient: 'patient:demo', session: 'session:1769173656693' };
const say = (text: string) => ask(lab().stack.wsUrl, { ...session, text });

/** Deletes a store's pod; resolves when its successor is ready. */
async function deletePod(store: string): Promise<void> {
  const { kubectl, pods } = lab().stack;
  const old = (await pods()).find(({ service }) => service === store);
  await kubectl(['delete', 'pod', `demo-${store}-0`]);
  await until(`another pod of ${store} to be ready`, async () =>
    (await pods()).some(({ service, uid, ready }) => service === store && uid !== old?.uid && ready),
  );
}

describe('after synth and `kubectl apply -f dist/`', () => {
  test('a chat through the NodePort is answered', async () => {
    expect((await say('I am allergic to penicillin.')).setbacks).toEqual([]);
    expect((await say('What am I allergic to?')).text).toContain('penicillin');
  });

  test('the memory is searched by meaning, with the models of the image', async () => {
    const { stack } = lab();
    await until('the models to be open', async () => (await stack.status()).search === 'meaning');
    expect((await say('Which medicine do I react badly to?')).text).toContain('penicillin');
  });

  test('a chat through the Service is answered, out of the same memory', async () => {
    const { cluster, images, stack } = lab();
    const service = `${hostOf(stack.stack, serviceOf(stack.stack, backendName))}.${stack.stack.namespace}`;
    const host = `ws://${service}.svc.cluster.local:${dialledPort(backendPorts.http)}`;
    const url = chatUrlOf(host, { ...session, session: 'session:in-cluster' });
    expect(await sayInCluster(cluster, images.app.ref, url, 'What am I allergic to?')).toContain(
      'penicillin',
    );
  });

  test('no store answers one who does not know its password', async () => {
    const { kubectl } = lab().stack;
    const inPod = (pod: string, ...command: string[]) => kubectl(['exec', pod, '--', ...command]);
    const ping = 'env -u REDISCLI_AUTH redis-cli ping; redis-cli ping';
    expect(await inPod('demo-redis-0', 'sh', '-c', ping)).toMatch(/^NOAUTH .*\s+PONG$/);
    const url = `http://demo-qdrant:${qdrantPorts.http.containerPort}/collections`;
    const ask = `for (const key of ['', 'wrong', process.env.QDRANT_API_KEY])
      console.log((await fetch('${url}', { headers: { 'api-key': key } })).status);`;
    const asked = await inPod('deployment/demo-backend', 'node', '--input-type=module', '-e', ask);
    expect(asked.split('\n')).toEqual(['401', '401', '200']);
  });

  test.each([
    [redisName, 'I take 5 mg of lisinopril every morning.', 'lisinopril'],
    [neo4jName, 'My sister Ana lives in Porto.', 'Porto'],
    [qdrantName, 'I drink green tea.', 'green tea'],
  ])(
    'when the pod of %s is deleted, what was said before and meanwhile is still there',
    async (store, statement, fact) => {
      const { stack } = lab();
      await Promise.all([deletePod(store), say(statement)]);
      const allOpen = async () => (await stack.status()).reason === 'Ready';
      await until('every store to answer again', allOpen);
      const { text, degraded } = await say('What am I allergic to?');
      expect([text, degraded]).toEqual([expect.stringContaining('penicillin'), undefined]);
      const { facts, unavailable } = await stack.context(session.patient);
      expect(unavailable).toEqual([]);
      for (const known of ['penicillin', fact])
        expect(facts.map((one) => one.text)).toContainEqual(expect.stringContaining(known));
    },
    300_000,
  );

  test('no container was ever restarted', async () => {
    const pods = await lab().stack.pods();
    expect(pods.map(({ service, restarts }) => [service, restarts]).sort()).toEqual([
      [backendName, 0],
      [neo4jName, 0],
      [qdrantName, 0],
      [redisName, 0],
    ]);
  });
});

describe('a node of 2 cores and 4 GiB', () => {
  test('has room for the dev preset, all stores included', (context) =>
    orSkip(context, async () => {
      const { cluster, stack } = lab();
      requireOwn(cluster, 'a node of this size');
      const { allocatableMiB, cpus, podsMiB } = await memoryOf(cluster, stack.stack);
      console.log(`The pods of the dev preset use ${podsMiB} MiB of ${allocatableMiB} MiB.`);
      expect([cpus, allocatableMiB]).toEqual([node.cpus, node.memoryMiB]);
      expect(podsMiB).toBeLessThan(node.memoryMiB);
      const pods = await stack.pods();
      expect(pods.map(({ ready, restarts }) => [ready, restarts])).toEqual(Array(4).fill([true, 0]));
    }));
});
