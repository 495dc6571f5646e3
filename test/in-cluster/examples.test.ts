import { describe, expect, test } from 'vitest';
import { forSuite } from '../servers/for-suite.ts';
import { converse, handshake } from '../e2e/examples/chat-client.ts';
import { startFastapiChat } from './examples/lab.ts';
import { until } from './stack/until.ts';

/** The examples in a cluster, as people use them who have the package and nothing of this repository. */

const namespace = 'chat';
const lab = forSuite(startFastapiChat);
const backend = { namespace, service: 'chat-backend', port: 8_000 };
const kubectl = (...words: string[]): Promise<string> => lab().kubectl(namespace, ...words);

/** Conditions of the only pod of the backend that is not ending, as `mooring.dev/redis-ready False Closed …`. */
const conditions = (): Promise<string> =>
  kubectl(
    ...['get', 'pods', '-l', 'app.kubernetes.io/name=backend', '-o'],
    'jsonpath={range .items[*].status.conditions[*]}{.type} {.status} {.reason} {.message}{"\\n"}{end}',
  );

const isReady = (): Promise<string> =>
  kubectl('wait', '--for=condition=Ready', 'memorychat/chat', '--timeout=200s');

describe('examples/fastapi-chat, which an operator of its own kind keeps', () => {
  test('comes up by the commands of its README', async () => {
    await lab().shell(
      `npm install ./mooring-0.1.0.tgz
       npx mooring synth
       npx mooring verify
       npx mooring operator install --yes --image '${lab().operator}'`,
    );
    await lab().kubectl('default', 'create', 'namespace', namespace);
    await lab().cluster.kubectl(['apply', '-f', `${lab().folder}/stack.yaml`]);
    await isReady();
    await lab().kubectl(
      'mooring-system',
      'rollout',
      'status',
      'deployment/mooring-operator',
      '--timeout=100s',
    );
    expect(await lab().shell('npx mooring operator status')).toMatch(
      /^memorychats\.example\.com .+ served$/m,
    );
    expect(await kubectl('get', 'memorychat')).toMatch(/NAME +READY +STATUS +REDIS +NEO4J +QDRANT/);
  });

  test('answers, and shows who returns what was said', async () => {
    await lab().forwarded(backend, async (address) => {
      const first = await converse(`ws://${address}`, 'patient:demo', 'session:1');
      const [ack] = await first.say('m1', 'My cat is called Minka.');
      expect(ack).toMatchObject({ type: 'ack', offset: 1 });
      await first.close();
      const again = await converse(`ws://${address}`, 'patient:demo', 'session:1');
      expect(again.history).toHaveLength(2);
      await again.close();
    });
  });

  test('replays the incident: REDIS_PORT=6380 by kubectl set env accepts no handshake, and the gate says why', async () => {
    // The operator is to leave it for as long as it is looked at, and no pod from before is to serve.
    await kubectl('annotate', 'deployment/chat-backend', 'mooring.dev/paused=true');
    await kubectl('scale', 'deployment/chat-backend', '--replicas=0');
    await kubectl('wait', '--for=delete', 'pod', '-l', 'app.kubernetes.io/name=backend', '--timeout=60s');
    await kubectl('set', 'env', 'deployment/chat-backend', 'REDIS_PORT=6380');
    await kubectl('scale', 'deployment/chat-backend', '--replicas=1');
    await until('the gate to be closed, with its reason', async () =>
      /^mooring\.dev\/redis-ready False Closed .*redis at chat-redis:6380: .*/m.test(await conditions()),
    );
    const refused = await lab().forwarded(backend, (address) =>
      handshake(`ws://${address}`, 'patient:demo', 'session:1'),
    );
    expect(refused).toMatchObject({ status: 503, body: { ready: false } });
    expect(await kubectl('get', 'pods', '-l', 'app.kubernetes.io/name=backend')).toMatch(/ 0\/1 +Running/);
    expect(await kubectl('get', 'memorychat')).toMatch(/^chat +False/m);
  });

  test('doctor names the variable, what it should be, and who set it', async () => {
    const said = await lab().shell('! npx mooring doctor');
    expect(said).toContain('backend: REDIS_PORT is 6380 in the cluster, but the contract says 6379.');
    expect(said).toMatch(/redis at chat-redis:6380/);
  });

  test('is taken back by the operator, and what was said is still known', async () => {
    await kubectl('annotate', 'deployment/chat-backend', 'mooring.dev/paused-');
    await until('the variable to be gone', async () => {
      const env = await kubectl('get', 'deployment/chat-backend', '-o', 'jsonpath={..env[*].name}');
      return !env.split(' ').includes('REDIS_PORT');
    });
    await until('the stack to be Ready', async () => /^chat +True/m.test(await kubectl('get', 'memorychat')));
    expect(await kubectl('get', 'memorychat/chat', '-o', 'jsonpath={.status.lastDrift}')).toContain(
      'REDIS_PORT',
    );
    await lab().forwarded(backend, async (address) => {
      const after = await converse(`ws://${address}`, 'patient:demo', 'session:1');
      expect(after.history[0]).toBe('My cat is called Minka.');
      await after.close();
    });
    const said = await lab().shell('npx mooring doctor; npx mooring status');
    expect(said).toContain('nothing is wrong.');
  });
});
