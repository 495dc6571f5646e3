import { describe, expect, onTestFinished, test } from 'vitest';
import { backendName } from '../../contract/services/backend-ports.ts';
import { httpPaths } from '../../contract/services/backend.ts';
import { redisName, redisPorts } from '../../contract/services/redis.ts';
import { connected, handshake } from '../e2e/chat-client.ts';
import { forSuite } from '../servers/for-suite.ts';
import { orStop } from '../servers/or-stop.ts';
import { ask, chatUrlOf } from './stack/ask.ts';
import { startChatCluster } from './stack/chat-cluster.ts';
import { deployStack, type DeployedStack } from './stack/stack.ts';
import { until } from './stack/until.ts';

const namespace = 'chat';
const session = { patient: 'patient:demo', session: 'session:1769173656693' };
const say = ({ wsUrl }: DeployedStack, text: string) => ask(wsUrl, { ...session, text });

/** Two stacks in one namespace of one cluster; the first has made it. */
const lab = forSuite(async () => {
  const chat = await startChatCluster();
  return orStop(chat.stop, async () => {
    const first = await deployStack(chat, { name: 'demo', namespace });
    const spec = { createNamespace: false, backend: { nodePort: { enabled: true, port: 30_081 } } };
    const second = await deployStack(chat, { name: 'other', namespace, spec });
    return { first, second, stop: chat.stop };
  });
});

interface EndpointSlices {
  items: { metadata: { name: string }; endpoints: { targetRef: { name: string } }[] | null }[];
}

describe('two stacks in one namespace', () => {
  test('lead each to their own pods only', async () => {
    const slices = JSON.parse(
      await lab().first.kubectl(['get', 'endpointslices', '-o', 'json']),
    ) as EndpointSlices;
    const stackOf = (name: string) => name.split('-')[0];
    const strangers = slices.items.flatMap(({ metadata, endpoints }) =>
      (endpoints ?? []).filter(({ targetRef }) => stackOf(targetRef.name) !== stackOf(metadata.name)),
    );
    expect(strangers).toEqual([]);
    expect(new Set(slices.items.map(({ metadata }) => stackOf(metadata.name)))).toEqual(
      new Set(['demo', 'other']),
    );
  });

  test('remember nothing of each other, even of the same patient and session', async () => {
    const { first, second } = lab();
    await say(first, 'I am allergic to penicillin.');
    await say(second, 'My sister Ana lives in Porto.');
    const known = async (stack: DeployedStack) =>
      (await stack.context(session.patient)).facts.map(({ text }) => text);
    expect(await known(first)).toEqual([expect.stringContaining('penicillin')]);
    expect(await known(second)).toEqual([expect.stringContaining('Porto')]);
    expect((await say(second, 'What am I allergic to?')).text).not.toContain('penicillin');
  });
});

describe('a Service pointed at a wrong port', () => {
  const point = (port: number | string) =>
    lab().first.kubectl([
      'patch',
      'service',
      'demo-redis',
      '--type=json',
      '-p',
      JSON.stringify([{ op: 'replace', path: '/spec/ports/0/targetPort', value: port }]),
    ]);
  const backendPod = async () => (await lab().first.pods()).find(({ service }) => service === backendName);

  test('closes the gate, which says what refused; nothing is restarted, the other stack goes on, and it heals', async () => {
    const { first, second } = lab();
    const before = await backendPod();
    const url = chatUrlOf(first.wsUrl, session);
    const client = await connected(url);
    onTestFinished(async () => {
      await point(redisName);
    });
    await point(redisPorts.redis.containerPort + 1);
    // A connection that exists goes on past the Service; a new one must be made.
    await first.kubectl(['delete', 'pod', 'demo-redis-0']);
    await client.dependency(redisName, 'away');

    const gate = async () => (await first.readyz()).gates.find(({ name }) => name === redisName);
    const says = /demo-redis:6379 refuses the connection/;
    await until('the gate to say what refused', async () => says.test((await gate())?.lastError ?? ''));
    const refusal = await handshake(url);
    expect([refusal.status, refusal.body]).toMatchObject([503, { code: 'NOT_READY' }]);
    expect(refusal.body).toMatchObject({ reasons: expect.arrayContaining(['Redis is away']) as unknown });
    expect((await fetch(`${first.chatUrl}${httpPaths.healthz}`)).status).toBe(200);
    const elsewhere = await say(second, 'Where does my sister Ana live?');
    expect(elsewhere).toMatchObject({ text: expect.stringContaining('Porto') as unknown, setbacks: [] });

    await point(redisName);
    await client.dependency(redisName, 'back');
    client.say('after', 'What am I allergic to?');
    expect((await client.answer('after')).text).toContain('penicillin');
    await until('the pod to be ready again', async () => (await backendPod())?.ready === true);
    expect(await backendPod()).toEqual({ ...before, restarts: 0 });
  }, 300_000);
});

test('what `kubectl delete` takes of one stack leaves the other', async () => {
  const { first, second } = lab();
  await second.delete();
  await until('its pods to be gone', async () => (await second.pods()).length === 0);
  expect((await say(first, 'What am I allergic to?')).text).toContain('penicillin');
}, 300_000);
