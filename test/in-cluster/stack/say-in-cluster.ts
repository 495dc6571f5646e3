import { randomUUID } from 'node:crypto';
import type { Cluster } from '../../lab/cluster.ts';
import { sayOnce } from './say-once.ts';
import { until } from './until.ts';

/**
 * Says `text` at a WebSocket from a pod that is no part of any stack, and answers what was answered.
 * @param image one with Node, on the node already.
 */
export async function sayInCluster(
  cluster: Cluster,
  image: string,
  url: string,
  text: string,
): Promise<string> {
  const name = `speaker-${randomUUID().slice(0, 8)}`;
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    spec: {
      restartPolicy: 'Never',
      containers: [{ name: 'speaker', image, command: ['node', '-e', sayOnce, '--', url, text] }],
    },
  };
  const path = '/api/v1/namespaces/default/pods';
  const created = await cluster.request('POST', path, pod);
  if (created.status !== 201) throw new Error(`A pod was refused: ${JSON.stringify(created.json)}`);
  let phase = '';
  await until(`the pod ${name} to end`, async () => {
    const { json } = await cluster.request('GET', `${path}/${name}`);
    ({ phase } = (json as { status: { phase: string } }).status);
    return phase === 'Succeeded' || phase === 'Failed';
  });
  const { stdout } = await cluster.kubectl(['logs', name]);
  await cluster.request('DELETE', `${path}/${name}`);
  if (phase === 'Failed') throw new Error(`The pod ${name} got no answer: ${stdout}`);
  return stdout.trim();
}
