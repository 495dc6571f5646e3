import { serviceOf } from '../../contract/environment.ts';
import type { Stack } from '../../contract/model.ts';
import { workloadName } from '../../contract/names.ts';
import { backendName } from '../../contract/services/backend-ports.ts';
import { ClusterError } from '../cluster-error.ts';
import type { Cluster } from '../cluster.ts';
import { pause } from '../pause.ts';
import { chatTurn, type ChatTurn, type Speaker } from '../reach/chat-turn.ts';
import { endpointsOf } from '../reach/endpoints.ts';

/** After everything is ready a chat answers at once; a Service's endpoints may be a moment behind. */
const proofMs = 30_000;

/**
 * Holds a chat where the in-cluster Service leads: its endpoints, its port.
 * @throws ClusterError ROLLOUT_FAILED, saying what the chat answered instead, or that the Service leads nowhere.
 */
export async function proveChat(
  cluster: Cluster,
  stack: Stack,
  speaker: Speaker,
  signal?: AbortSignal,
): Promise<ChatTurn> {
  const service = workloadName(stack.name, backendName);
  const port = 'http';
  const deadline = performance.now() + proofMs;
  for (;;) {
    const [at] = await endpointsOf(cluster, { namespace: stack.namespace, service, port }, signal);
    const why = at
      ? await attempt(() => chatTurn(cluster.api, at, speaker))
      : `Service ${service} leads to no ready pod by its port "${port}" (${String(portOf(stack))}).`;
    if (typeof why !== 'string') return why;
    if (performance.now() > deadline || /UNAUTHORIZED|FORBIDDEN|with 40[13]/.test(why))
      throw new ClusterError('ROLLOUT_FAILED', `Everything is ready, but no chat turn passed: ${why}`);
    await pause(signal);
  }
}

const portOf = (stack: Stack): number | undefined =>
  serviceOf(stack, backendName).ports['http']?.containerPort;

/** What it gives, or why not, in words. */
async function attempt(turn: () => Promise<ChatTurn>): Promise<ChatTurn | string> {
  try {
    return await turn();
  } catch (error) {
    if (error instanceof ClusterError && error.code === 'CLUSTER_DENIED') throw error;
    return error instanceof Error ? error.message : String(error);
  }
}
