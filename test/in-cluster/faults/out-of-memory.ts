import { expect } from 'vitest';
import { backendName } from '../../../contract/services/backend-ports.ts';
import type { Cluster } from '../../lab/cluster.ts';
import { PageClient } from '../stack/page-client.ts';
import type { DeployedStack } from '../stack/stack.ts';
import { until } from '../stack/until.ts';

/**
 * A program for the backend's container: opens the inspector of process 1 and makes that very process grow until the
 * kernel ends it.
 */
const grow = `
process.kill(1, 'SIGUSR1');
const inspector = async () => {
  for (;;) {
    const [target] = await fetch('http://127.0.0.1:9229/json').then((answer) => answer.json(), () => []);
    if (target) return new WebSocket(target.webSocketDebuggerUrl);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
};
const expression = 'globalThis.grown = []; for (;;) grown.push(Buffer.alloc(16 * 1024 * 1024, 1));';
inspector().then((socket) => {
  socket.onopen = () => socket.send(JSON.stringify({ id: 1, method: 'Runtime.evaluate', params: { expression } }));
  socket.onclose = () => process.exit(0);
});
`;

interface Terminated {
  status: { containerStatuses?: { lastState?: { terminated?: { reason: string } } }[] };
}

/**
 * Has the backend's only container killed for its memory. Asserts that Kubernetes says so and restarts it, and that a
 * client is back by itself, with every message it was told is stored.
 */
export async function comesBackFromOutOfMemory(cluster: Cluster, stack: DeployedStack): Promise<void> {
  const client = new PageClient(stack.chatUrl, { patient: 'patient:memory', session: 'session:memory' });
  await client.say('My sister Ana lives in Porto.');
  const pod = (await stack.pods()).find(({ service }) => service === backendName);
  const name = pod?.name ?? '';

  // The command ends with the container it runs in, which is no success of its own.
  await stack.kubectl(['exec', name, '--', 'node', '-e', grow]).catch(() => undefined);
  await until('Kubernetes to say that memory ran out', async () => {
    const path = `/api/v1/namespaces/${stack.stack.namespace}/pods/${name}`;
    const { status } = (await cluster.request('GET', path)).json as Terminated;
    return status.containerStatuses?.[0]?.lastState?.terminated?.reason === 'OOMKilled';
  });

  await client.say('Where does my sister Ana live?');
  expect(JSON.stringify(client.entries.at(-1))).toContain('Porto');
  expect(client.gaps).toHaveLength(1);
  expect((await stack.pods()).find(({ service }) => service === backendName)).toMatchObject({
    name,
    restarts: 1,
  });
  client.stop();
}
