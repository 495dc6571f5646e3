import { expect } from 'vitest';
import { backendName } from '../../../contract/services/backend-ports.ts';
import type { Cluster } from '../../lab/cluster.ts';
import type { DeployedStack } from '../stack/stack.ts';
import { until } from '../stack/until.ts';
import { awayTooLong, crowdDuring, gapsOf, type Chatter } from './crowd.ts';

/** Enough for both replicas to have some. */
const clientCount = 10;

/**
 * Evicts both replicas of the backend, as a drain of their nodes would, while clients chat. Asserts that the second is
 * refused with 429 until the first one's replacement is ready, and that every client is back within 5 s.
 */
export async function allowsOneEvictionAtATime(cluster: Cluster, stack: DeployedStack): Promise<void> {
  const evicted = new Set<string>();
  const evict = async (name: string): Promise<number> => {
    evicted.add(name);
    const { namespace } = stack.stack;
    const path = `/api/v1/namespaces/${namespace}/pods/${name}/eviction`;
    const eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace } };
    return (await cluster.request('POST', path, eviction)).status;
  };
  const replaced = async () => (await backends(stack)).some(({ name, ready }) => ready && !evicted.has(name));

  /** What the second eviction was answered while there was no replacement, neither before nor after it was asked. */
  const tooEarly: number[] = [];
  const chatters = await crowdDuring(stack, { count: clientCount }, async () => {
    const [first = '', second = ''] = (await backends(stack)).map(({ name }) => name);
    expect(await evict(first)).toBe(201);
    evicted.add(second);
    await until('the second eviction to be allowed', async () => {
      const before = await replaced();
      const status = await evict(second);
      if (!before && !(await replaced())) tooEarly.push(status);
      return status === 201;
    });
    await until('two replicas to be ready again', async () => {
      const now = await backends(stack);
      return now.length === 2 && now.every(({ name, ready }) => ready && !evicted.has(name));
    });
  });
  expect(new Set(tooEarly)).toEqual(new Set([429]));
  allWereMoved(chatters);
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
 * Drains a node of a stack's pods, as its maintenance would, while clients chat, and gives it back. Asserts that two
 * replicas are ready on other nodes when the drain is done, and that no client was away for more than 5 s.
 */
export async function movesFromDrainedNode(stack: DeployedStack, node: string): Promise<void> {
  expect((await backends(stack)).filter((pod) => pod.node === node)).not.toEqual([]);
  const only = `--pod-selector=app.kubernetes.io/instance=${stack.stack.name}`;
  try {
    const chatters = await crowdDuring(stack, { count: clientCount }, async () => {
      const how = ['--ignore-daemonsets', '--delete-emptydir-data', '--timeout=240s'];
      await stack.kubectl(['drain', node, only, ...how]);
      await until('two replicas to be ready elsewhere', async () => {
        const now = await backends(stack);
        return now.length === 2 && now.every((pod) => pod.ready && pod.node !== node);
      });
    });
    expect(gapsOf(chatters)).not.toEqual([]);
    expect(awayTooLong(chatters)).toEqual([]);
  } finally {
    await stack.kubectl(['uncordon', node]);
  }
}

const backends = async ({ pods }: DeployedStack) =>
  (await pods()).filter(({ service }) => service === backendName);

function allWereMoved(chatters: readonly Chatter[]): void {
  expect(chatters.filter(({ client }) => client.gaps.length === 0)).toEqual([]);
  expect(awayTooLong(chatters)).toEqual([]);
}
