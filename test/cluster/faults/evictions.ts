import { expect } from 'vitest';
import { backendName } from '../../../contract/services/backend-ports.ts';
import type { Cluster } from '../lab/cluster.ts';
import { PageClient } from '../stack/page-client.ts';
import type { DeployedStack } from '../stack/stack.ts';
import { until } from '../stack/until.ts';

/**
 * Evicts both replicas of the backend, as a drain of their nodes would. Asserts that the second is refused with 429
 * until the first one's replacement is ready, and that a client is back within 5 s each time.
 */
export async function allowsOneEvictionAtATime(cluster: Cluster, stack: DeployedStack): Promise<void> {
  const client = new PageClient(stack.chatUrl, { patient: 'patient:evicted', session: 'session:evicted' });
  await client.say('I am allergic to penicillin.');
  const { namespace } = stack.stack;
  const backends = async () => (await stack.pods()).filter(({ service }) => service === backendName);
  const evict = async (name: string) => {
    const path = `/api/v1/namespaces/${namespace}/pods/${name}/eviction`;
    const eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace } };
    return (await cluster.request('POST', path, eviction)).status;
  };

  const [first, second] = await backends();
  expect(await evict(first?.name ?? '')).toBe(201);
  expect(await evict(second?.name ?? '')).toBe(429);
  const replaced = async () => {
    const others = (await backends()).filter(({ name }) => name !== first?.name && name !== second?.name);
    const isReady = others.some(({ ready }) => ready);
    if (!isReady) expect(await evict(second?.name ?? '')).toBe(429);
    return isReady;
  };
  await until('the replacement to be ready', replaced);
  await until('the second eviction to be allowed', async () => (await evict(second?.name ?? '')) === 201);
  await until('two replicas to be ready again', async () => {
    const now = await backends();
    return now.length === 2 && now.every(({ ready }) => ready);
  });
  await client.say('What am I allergic to?');
  expect(JSON.stringify(client.entries.at(-1))).toContain('penicillin');
  expect(client.gaps.filter((ms) => ms > 5_000)).toEqual([]);
  client.stop();
}

/** The name of a node a drain may empty while another one is left; undefined where there is one node only. */
export async function nodeToDrain({ request }: Cluster): Promise<string | undefined> {
  const { json } = await request('GET', '/api/v1/nodes');
  const names = (json as { items: { metadata: { name: string } }[] }).items.map(
    ({ metadata }) => metadata.name,
  );
  return names.length > 1 ? names.sort().at(-1) : undefined;
}

/**
 * Drains a node of a stack's pods, as its maintenance would, and gives it back. Asserts that two replicas are ready on
 * other nodes when the drain is done, and that a client that chatted all the time was never away for more than 5 s.
 */
export async function movesFromDrainedNode(stack: DeployedStack, node: string): Promise<void> {
  const client = new PageClient(stack.chatUrl, { patient: 'patient:drained', session: 'session:drained' });
  await client.say('I am allergic to penicillin.');
  const backends = async () => (await stack.pods()).filter(({ service }) => service === backendName);
  expect((await backends()).filter((pod) => pod.node === node)).not.toEqual([]);

  const only = `--pod-selector=app.kubernetes.io/instance=${stack.stack.name}`;
  await stack.kubectl([
    'drain',
    node,
    only,
    '--ignore-daemonsets',
    '--delete-emptydir-data',
    '--timeout=240s',
  ]);
  await until('two replicas to be ready elsewhere', async () => {
    const now = await backends();
    return now.length === 2 && now.every((pod) => pod.ready && pod.node !== node);
  });
  expect(await client.say('What am I allergic to?')).toContain('penicillin');
  await stack.kubectl(['uncordon', node]);
  expect(client.gaps.filter((ms) => ms > 5_000)).toEqual([]);
  client.stop();
}
