import { describe, expect, test } from 'vitest';
import { backendName } from '../../contract/services/backend-ports.ts';
import { readinessGatesOf } from '../../model/gates.ts';
import { serviceOf } from '../../model/environment.ts';
import { forSuite } from '../servers/for-suite.ts';
import { startOperatorLab } from './operator-lab.ts';
import { PageClient } from './stack/page-client.ts';
import { until } from './stack/until.ts';

const namespace = 'operated';
const lab = forSuite(() => startOperatorLab(namespace));

interface Conditions {
  readonly status?: { readonly conditions?: readonly { type: string; status: string; reason?: string }[] };
}

/** The condition of an object, as `True Open`; of the backend's pod without a name. */
async function condition(type: string, of: 'pod' | 'stack'): Promise<string | undefined> {
  const { stack } = lab();
  const text =
    of === 'stack'
      ? await stack.kubectl(['get', 'chatstack', stack.stack.name, '-o', 'json'])
      : await stack.kubectl(['get', 'pods', '-l', `app.kubernetes.io/name=${backendName}`, '-o', 'json']);
  const object = JSON.parse(text) as Conditions & { items?: Conditions[] };
  const [one = object] = object.items ?? [object];
  const found = one.status?.conditions?.find((each) => each.type === type);
  return found && `${found.status} ${found.reason ?? ''}`;
}

describe('a stack that `kubectl apply -f stack.yaml` made and an operator keeps', () => {
  test('is Ready for kubectl, its gates are set, and the pod was ready by them alone', async () => {
    const { stack } = lab();
    await stack.kubectl(['wait', '--for=condition=Ready', `chatstack/${stack.stack.name}`, '--timeout=60s']);
    for (const gate of readinessGatesOf(serviceOf(stack.stack, backendName)))
      expect([gate, await condition(gate, 'pod')]).toEqual([
        gate,
        expect.stringMatching(/^True (Open|DigestEqual)$/),
      ]);
    const listed = await stack.kubectl(['get', 'cstack']);
    expect(listed.split('\n')[0]?.split(/\s+/)).toEqual(
      expect.arrayContaining(['NAME', 'READY', 'REDIS', 'NEO4J', 'QDRANT', 'REVISION', 'AGE']),
    );
    console.log(`${JSON.stringify(stack.timings)}\n${listed}`);
  });

  test('the incident: its Redis Service on 6380 is back on 6379, and a client that chats does not notice', async () => {
    const { stack } = lab();
    const client = new PageClient(stack.chatUrl, { patient: 'patient:drift', session: 'session:drift' });
    await client.say('I am allergic to penicillin.');
    const begun = performance.now();
    await stack.kubectl([
      ...['patch', 'service', 'demo-redis', '--type=json'],
      ...['-p', '[{"op":"replace","path":"/spec/ports/0/port","value":6380}]'],
    ]);
    await until('the port to be back', async () => {
      const port = await stack.kubectl([
        'get',
        'service',
        'demo-redis',
        '-o',
        'jsonpath={.spec.ports[0].port}',
      ]);
      return port === '6379';
    });
    console.log(`Seen back after ${Math.round(performance.now() - begun)} ms, both kubectl included.`);
    expect(await client.say('What am I allergic to?')).toContain('penicillin');
    expect(client.gaps).toEqual([]);
    client.stop();
    const events = await stack.kubectl(['get', 'events', '-o', 'jsonpath={.items[*].message}']);
    expect(events).toMatch(/Service demo-redis: spec\.ports.* is .*6380/);
  });

  test('a store that is paused and taken away closes its gate, with the reason, and opens it again', async () => {
    const { stack } = lab();
    const redis = 'statefulset/demo-redis';
    await stack.kubectl(['annotate', redis, 'mooring.dev/paused=true']);
    await stack.kubectl(['scale', redis, '--replicas=0']);
    await until(
      'the gate to be closed',
      async () => (await condition('mooring.dev/redis-ready', 'pod')) === 'False Closed',
    );
    await until(
      'the stack to say so',
      async () => (await condition('RedisReady', 'stack')) === 'False Closed',
    );
    expect(await condition('Ready', 'pod')).toMatch(/^False/);
    // No longer paused, it is drift.
    await stack.kubectl(['annotate', redis, 'mooring.dev/paused-']);
    await until(
      'the gate to be open',
      async () => (await condition('mooring.dev/redis-ready', 'pod')) === 'True Open',
    );
    await stack.kubectl(['wait', '--for=condition=Ready', `chatstack/${stack.stack.name}`, '--timeout=60s']);
  });

  test('without its operator for 20 s the chat goes on, and pods stay ready', async () => {
    const { stack, scaleOperator, operatorErrors } = lab();
    const client = new PageClient(stack.chatUrl, { patient: 'patient:alone', session: 'session:alone' });
    await client.say('My sister Ana lives in Porto.');
    const before = await stack.pods();
    expect(await operatorErrors()).toEqual([]);
    await scaleOperator(0);
    const end = performance.now() + 20_000;
    while (performance.now() < end)
      expect(await client.say('Where does my sister Ana live?')).toContain('Porto');
    expect(await stack.pods()).toEqual(before);
    expect(client.gaps).toEqual([]);
    client.stop();
    await scaleOperator(2);
    expect(await operatorErrors()).toEqual([]);
  });

  test('deleted, everything but its volumes and its Secret is gone, by the cluster itself', async () => {
    const { stack } = lab();
    await stack.kubectl(['delete', 'chatstack', stack.stack.name]);
    await until('its pods to be gone', async () => (await stack.pods()).length === 0);
    const left = await stack.kubectl([
      ...['get', 'deployments,statefulsets,services,networkpolicies,configmaps,secrets,pvc,hpa,ingress'],
      ...['-l', `app.kubernetes.io/instance=${stack.stack.name}`, '-o', 'name'],
    ]);
    expect(left.split('\n').sort()).toEqual(
      [
        'persistentvolumeclaim/data-demo-neo4j-0',
        'persistentvolumeclaim/storage-demo-qdrant-0',
        'persistentvolumeclaim/data-demo-redis-0',
        'secret/demo-secrets',
      ].sort(),
    );
  });
});
