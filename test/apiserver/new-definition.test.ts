import https, { type RequestOptions } from 'node:https';
import { expect, onTestFinished, test } from 'vitest';
import { chatKind } from '../../contract/chat-kind.ts';
import { openCluster, type Cluster } from '../../kube/cluster.ts';
import type { KubeObject } from '../../kube/objects.ts';
import { applyObject } from '../../kube/server-side-apply.ts';
import { crdOf } from '../../operator/manifests/crd.ts';
import { forSuite } from '../servers/for-suite.ts';
import { startApiServer } from '../servers/kubernetes/api-server.ts';
import { until } from '../servers/poll.ts';

const lab = forSuite(startApiServer);

/** The status of one request, which nothing repeats. */
async function statusOf({ api }: Cluster, path: string): Promise<number> {
  const options: RequestOptions = {};
  await api.kubeConfig.applyToHTTPSOptions(options);
  return new Promise((resolve, reject) => {
    const request = https.get(new URL(path, api.server), options, (response) => {
      response.resume();
      response.once('end', () => resolve(response.statusCode ?? 0));
    });
    request.once('error', reject);
  });
}

test('right after a definition was created, while its storage is made, requests wait for it', async () => {
  const cluster = openCluster({ kubeconfig: lab().kubeconfigPath }, 'test');
  onTestFinished(() => cluster.api.close());
  const definition = crdOf(chatKind) as unknown as KubeObject;
  const path = '/apis/mooring.dev/v1alpha1/chatstacks';
  const statuses = new Set<number>();
  // The API server makes it anew in most rounds, for some milliseconds up to a second.
  for (let round = 0; round < 20 && !statuses.has(429); round++) {
    await applyObject(cluster, definition);
    for (let seen = 0; seen < 25; seen++) {
      const [raw, status] = await Promise.all([
        statusOf(cluster, path),
        cluster.api.request('GET', path, { accept: [404] }).then((answer) => answer.status),
      ]);
      statuses.add(raw);
      expect([200, 404]).toContain(status);
    }
    await cluster.api.request('DELETE', await cluster.discovery.pathOf(definition));
    await until('the definition to be gone', async () => (await statusOf(cluster, path)) === 404, 10_000);
  }
  expect([...statuses]).toContain(429);
});
