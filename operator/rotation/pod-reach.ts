import { once } from 'node:events';
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { reachBy, type Lead, type Way } from '../../deploy/reach.ts';
import { ClusterError } from '../../kube/cluster-error.ts';
import { usualCall } from '../../model/names.ts';
import type { Reach } from '../../model/reach.ts';
import type { Stack } from '../../model/stack.ts';
import type { PodView } from '../gates/pod-view.ts';

/** A pod that takes no connection for so long does not answer, in milliseconds. */
const dialMs = 5_000;

/**
 * Reaches the ready pods of a stack at their own addresses, as a process inside the cluster does: that needs no right,
 * only policies that admit its pods. It runs no command in a pod.
 * @param pods every pod of the stack.
 */
export function reachPods(stack: Stack, pods: () => readonly PodView[], signal?: AbortSignal): Reach {
  const readyPod = (service: string): PodView & { readonly ip: string } => {
    const found = pods().find((pod) => pod.service === service && pod.isReady && !pod.isEnding);
    if (found?.ip !== undefined) return { ...found, ip: found.ip };
    throw new ClusterError('NOT_FOUND_IN_CLUSTER', `${service} has no ready pod.`, { reason: 'NoReadyPod' });
  };
  const placeOf = (service: string, port: string): { pod: string; host: string; port: number } => {
    const { name, ip, ports } = readyPod(service);
    const number = ports[port];
    if (number === undefined) throw new RangeError(`Service ${service} has no port "${port}".`);
    return { pod: name, host: ip, port: number };
  };
  const lead: Lead = {
    port: async ({ service, port }) => ({ namespace: stack.namespace, ...placeOf(service, port) }),
    pod: async (service) => readyPod(service).name,
  };
  const way: Way = {
    dial: async ({ pod, port }) => dial(pods().find(({ name }) => name === pod)?.ip, port),
    exec: () => Promise.reject(noCommand()),
  };
  return {
    ...reachBy(way, stack, lead, signal),
    // The address itself: no port of this machine is needed.
    forward: async ({ service, port }) => ({ ...placeOf(service, port), close: () => undefined }),
  };
}

async function dial(host: string | undefined, port: number): Promise<Duplex> {
  if (host === undefined) throw new ClusterError('NOT_FOUND_IN_CLUSTER', 'The pod has ended.');
  const socket = connect({ host, port });
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(dialMs) });
    return socket;
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

/** The right to run commands in pods would be the right to everything in them. */
const noCommand = (): ClusterError =>
  new ClusterError(
    'CLUSTER_REFUSED',
    `This rotation runs a command in a pod, which the operator may not; use \`${usualCall} secrets rotate\`.`,
    { reason: 'Refused' },
  );
