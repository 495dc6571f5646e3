import { backendPorts } from '../../contract/services/backend-ports.ts';
import { httpPaths } from '../../contract/services/backend.ts';
import { readConfig, readReadiness, type Ask } from '../../operator/gates/pod-answer.ts';
import { openOperator, type RunningOperator } from '../apiserver/operator/lab.ts';
import type { Cluster } from '../lab/cluster.ts';
import { orStop } from '../servers/or-stop.ts';
import { startChatCluster } from './stack/chat-cluster.ts';
import { deployStack, type DeployedStack } from './stack/stack.ts';
import { until } from './stack/until.ts';

export interface OperatorLab {
  readonly cluster: Cluster;
  /** A stack that `kubectl apply -f stack.yaml` brought up. */
  readonly stack: DeployedStack;
  readonly operator: () => RunningOperator;
  readonly startOperator: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

/**
 * Asks through the API server: the operator of these tests runs on this machine, and the stack's policies let only
 * pods in.
 */
const askThrough =
  ({ request }: Cluster): Ask =>
  async ({ namespace, name }) => {
    const at = `/api/v1/namespaces/${namespace}/pods/${name}:${backendPorts.metrics.containerPort}/proxy`;
    const text = async (path: string): Promise<string> =>
      JSON.stringify((await request('GET', `${at}${path}`)).json);
    const [readiness, config] = await Promise.all([text(httpPaths.readyz), text(httpPaths.config)]);
    return { readiness: readReadiness(readiness, name), config: readConfig(config, name) };
  };

/** A cluster with the CRD, an operator, and a stack of a document that is only applied. */
export async function startOperatorLab(namespace: string): Promise<OperatorLab> {
  const chat = await startChatCluster();
  const { cluster } = chat;
  let running: RunningOperator | undefined;
  const startOperator = async () => {
    running = await openOperator({ kubeconfig: cluster.kubeconfigPath }, { ask: askThrough(cluster) });
  };
  const stop = async () => {
    await running?.stop();
    await chat.stop();
  };
  return orStop(stop, async () => {
    await kubectl(cluster, ['apply', '-f', 'operator/manifests/chatstacks.yaml']);
    await kubectl(cluster, ['wait', '--for=condition=Established', 'crd/chatstacks.mooring.dev']);
    await kubectl(cluster, ['create', 'namespace', namespace]);
    await startOperator();
    const stack = await deployStack(chat, { name: 'demo', namespace }, async (_, { document }) => {
      await kubectl(cluster, ['apply', '-f', document]);
    });
    return { cluster, stack, operator: () => running as RunningOperator, startOperator, stop };
  });
}

async function kubectl(cluster: Cluster, args: readonly string[]): Promise<void> {
  // A new CRD is served a moment after it is established.
  await until(`kubectl ${args.join(' ')}`, async () => {
    const { code, stderr } = await cluster.kubectl(args);
    if (code !== 0) throw new Error(stderr);
    return true;
  });
}
