import { serviceOf } from '../../model/environment.ts';
import type { Stack } from '../../model/stack.ts';
import { workloadName } from '../../model/names.ts';
import { backendName } from '../../contract/services/backend-ports.ts';
import { ClusterError } from '../../kube/cluster-error.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { pause } from '../../kube/poll.ts';
import { chatTurn, type ChatTurn, type Speaker } from '../../contract/chat-turn.ts';
import { endpointsOf } from '../../kube/endpoints.ts';
import type { PodPort } from '../../kube/port-forward.ts';
import type { Pod } from './workload-status.ts';

/** After everything is ready a chat answers at once; a Service's endpoints may be a moment behind. */
const proofMs = 30_000;

/** How old an early chat may be, in milliseconds: Kubernetes notices a ready pod within one. */
const freshMs = 5_000;

/**
 * Chats with pods that say they are ready before the Service leads to them: Kubernetes takes up to a second to notice.
 * None proves anything by itself; see `proveChat`.
 */
export class EarlyChats {
  readonly #begin: (at: PodPort) => Promise<ChatTurn>;
  readonly #turns = new Map<
    string,
    { readonly begun: number; readonly turn: Promise<ChatTurn | undefined> }
  >();

  readonly #at: (pod: string) => PodPort | undefined;

  constructor({ api }: Cluster, stack: Stack, speaker: Speaker) {
    const port = portOf(stack);
    this.#at = (pod) => (port === undefined ? undefined : { namespace: stack.namespace, pod, port });
    this.#begin = (at) => chatTurn(api, at, speaker);
  }

  /** Begins one, unless a fresh one is there. One that fails is no error: the pod may not have been ready after all. */
  begin({ metadata }: Pod): void {
    const at = this.#at(metadata.name);
    if (!at || this.heldAt(at)) return;
    const turn = this.#begin(at).catch(() => undefined);
    this.#turns.set(keyOf(at), { begun: performance.now(), turn });
  }

  /** The turn that was begun at this very place a moment ago, if one was and it passed. */
  heldAt(at: PodPort): Promise<ChatTurn | undefined> | undefined {
    const held = this.#turns.get(keyOf(at));
    return held && performance.now() - held.begun < freshMs ? held.turn : undefined;
  }
}

const keyOf = ({ pod, port }: PodPort): string => `${pod}:${port}`;

/**
 * Holds a chat where the in-cluster Service leads: its endpoints, its port. One that was held with the same port of the
 * same pod a moment before counts.
 * @throws ClusterError ROLLOUT_FAILED, saying what the chat answered instead, or that the Service leads nowhere.
 */
export async function proveChat(
  cluster: Cluster,
  stack: Stack,
  speaker: Speaker,
  { signal, early }: { signal?: AbortSignal | undefined; early?: EarlyChats } = {},
): Promise<ChatTurn> {
  const service = workloadName(stack.name, backendName);
  const port = 'http';
  const deadline = performance.now() + proofMs;
  for (;;) {
    const led = await endpointsOf(cluster, { namespace: stack.namespace, service, port }, signal);
    for (const place of led) {
      const turn = await early?.heldAt(place);
      if (turn) return turn;
    }
    const [at] = led;
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
