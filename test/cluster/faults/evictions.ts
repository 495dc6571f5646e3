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
