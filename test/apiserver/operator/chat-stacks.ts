import { readFile } from 'node:fs/promises';
import { parseAllDocuments } from 'yaml';
import { chatKind } from '../../../contract/chat-kind.ts';
import { openCluster, type Cluster } from '../../../kube/cluster.ts';
import type { KubeObject } from '../../../kube/objects.ts';
import { applyObject } from '../../../kube/server-side-apply.ts';
import type { StackKind } from '../../../model/stack-kind.ts';
import {
  startApiServer,
  type ApiServer,
  type ApiServerOptions,
} from '../../servers/kubernetes/api-server.ts';
import { until } from '../../servers/poll.ts';

/** An API server that serves ChatStacks. */
export async function startWithChatStacks(options: ApiServerOptions = {}): Promise<ApiServer> {
  const server = await startApiServer(options);
  const cluster = openCluster({ kubeconfig: server.kubeconfigPath }, 'test');
  const text = await readFile('operator/manifests/chatstacks.yaml', 'utf8');
  for (const document of parseAllDocuments(text)) await applyObject(cluster, document.toJS() as KubeObject);
  await isServed(cluster, chatKind);
  cluster.api.close();
  return server;
}

/** Until the API server serves a kind and says so in its discovery, which follow a definition apart, in either order. */
export async function isServed({ api, discovery }: Cluster, { apiVersion, kind }: StackKind): Promise<void> {
  await until(
    `the API server to serve ${kind}`,
    async () => {
      const { status } = await api.request('GET', await discovery.collectionOf(apiVersion, kind));
      return status === 200;
    },
    60_000,
  );
}
