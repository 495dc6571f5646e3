import { on } from 'node:events';
import type { Duplex } from 'node:stream';
import { WebSocket } from 'ws';
import { serviceOf } from '../model/environment.ts';
import { selectorOf } from '../model/labels.ts';
import { workloadName } from '../model/names.ts';
import type { Ran, Reach, ReachSocket, ServicePort, SocketRequest } from '../model/reach.ts';
import type { Stack } from '../model/stack.ts';
import { withTimeLimit } from '../model/time-limit.ts';
import { ClusterError } from '../kube/cluster-error.ts';
import type { Cluster } from '../kube/cluster.ts';
import { endpointsOf } from '../kube/endpoints.ts';
import { execInPod, type PodContainer } from '../kube/exec.ts';
import type { Pod } from '../kube/kinds.ts';
import { forwardLoopback } from '../kube/loopback.ts';
import { httpOver } from '../kube/pod-http.ts';
import { dialPod, type PodPort } from '../kube/port-forward.ts';
import { opened } from '../kube/web-socket.ts';
import { isReady } from './rollout/workload-status.ts';
import { listObjects } from './stack-objects.ts';

/** Chooses the pod of a call. Each rejects with NOT_FOUND_IN_CLUSTER where there is none. */
export interface Lead {
  port(to: ServicePort): Promise<PodPort>;
  /** The pod a command of a service runs in. */
  pod(service: string): Promise<string>;
}

/** How a pod is reached: a connection to a port of it, and a command that runs in it. */
export interface Way {
  dial(at: PodPort): Promise<Duplex>;
  exec(at: PodContainer, command: readonly string[], timeoutMs: number): Promise<Ran>;
}

/** Through the API server: in the pod's own network, so past policies. */
const throughApiServer = ({ api }: Cluster): Way => ({
  dial: (at) => dialPod(api, at),
  exec: (at, command, timeoutMs) => execInPod(api, at, command, timeoutMs),
});

/** Reaches a stack as its Services do: the first ready pod of a Service's EndpointSlices. */
export function reachThroughServices(cluster: Cluster, stack: Stack, signal?: AbortSignal): Reach {
  return reachBy(
    throughApiServer(cluster),
    stack,
    {
      port: async (to) => {
        const [at] = await servicePorts(cluster, stack, to, signal);
        if (at) return at;
        throw noReadyPod(stack, to.service, `by its port "${to.port}"`);
      },
      pod: async (service) => {
        const pods = (await listObjects(cluster, ['v1', 'Pod'], {
          namespace: stack.namespace,
          labels: selectorOf(stack, { name: service }),
          signal,
        })) as Pod[];
        const ready = pods.find((pod) => isReady(pod) && pod.metadata.deletionTimestamp === undefined);
        if (ready) return ready.metadata.name;
        throw noReadyPod(stack, service);
      },
    },
    signal,
  );
}

/** Reaches one pod of one service, whether or not the Service leads to it yet. */
export function reachOfPod(
  cluster: Cluster,
  stack: Stack,
  { service, pod }: { readonly service: string; readonly pod: string },
  signal?: AbortSignal,
): Reach {
  const only = (asked: string): void => {
    if (asked !== service)
      throw noReadyPod(stack, asked, `here: these calls reach pod ${pod} of ${service} only`);
  };
  return reachBy(
    throughApiServer(cluster),
    stack,
    {
      port: async (to) => {
        only(to.service);
        const port = serviceOf(stack, service).ports[to.port]?.containerPort;
        if (port === undefined) throw new RangeError(`Service ${service} has no port "${to.port}".`);
        return { namespace: stack.namespace, pod, port };
      },
      pod: async (asked) => {
        only(asked);
        return pod;
      },
    },
    signal,
  );
}

/** The ready pods behind one port of a service's Service. */
export const servicePorts = (
  cluster: Cluster,
  stack: Stack,
  { service, port }: ServicePort,
  signal?: AbortSignal,
): Promise<PodPort[]> =>
  endpointsOf(
    cluster,
    { namespace: stack.namespace, service: workloadName(stack.name, service), port },
    signal,
  );

function noReadyPod(stack: Stack, service: string, how = ''): ClusterError {
  const name = workloadName(stack.name, service);
  return new ClusterError(
    'NOT_FOUND_IN_CLUSTER',
    `Service ${name} in namespace ${stack.namespace} leads to no ready pod${how ? ` ${how}` : ''}.`,
    { reason: 'NoReadyPod', object: `Service ${name}`, namespace: stack.namespace },
  );
}

/** Reaches a stack by the pods that `lead` chooses. */
export function reachBy(way: Way, stack: Stack, lead: Lead, signal?: AbortSignal): Reach {
  return {
    http: async (to, request) => {
      const at = await lead.port(to);
      return httpOver(await way.dial(at), request, signal);
    },
    webSocket: async (to, request) => {
      const at = await lead.port(to);
      return webSocketOver(await way.dial(at), at, request);
    },
    exec: async (service, command, timeoutMs) =>
      way.exec(
        { namespace: stack.namespace, pod: await lead.pod(service), container: service },
        command,
        timeoutMs,
      ),
    forward: async (to) => {
      const at = await lead.port(to);
      return forwardLoopback(() => way.dial(at));
    },
  };
}

async function webSocketOver(
  stream: Duplex,
  at: PodPort,
  { path, protocols = [], timeoutMs }: SocketRequest,
): Promise<ReachSocket> {
  const socket = new WebSocket(`ws://${at.pod}${path}`, [...protocols], {
    createConnection: () => stream,
  });
  const close = (): void => {
    socket.terminate();
    stream.destroy();
  };
  // Begins at once, to keep what arrives before the first read. The stream's error says more than the socket's close.
  const events = on(socket, 'message', { close: ['close'] });
  const broken = new Promise<never>((_, reject) => stream.once('error', reject));
  broken.catch(() => undefined);
  try {
    await withTimeLimit(Promise.race([opened(socket), broken]), timeoutMs);
  } catch (error) {
    close();
    throw error;
  }
  return {
    pod: at.pod,
    send: (text) => socket.send(text),
    messages: messagesOf(events, broken, timeoutMs),
    close,
  };
}

async function* messagesOf(
  events: ReturnType<typeof on>,
  broken: Promise<never>,
  timeoutMs: number,
): AsyncIterable<string> {
  for (;;) {
    const next = await withTimeLimit(
      Promise.race([events.next(), broken]),
      timeoutMs,
      `no message came within ${timeoutMs} ms`,
    );
    if (next.done) return;
    const [message] = next.value as [Buffer];
    yield message.toString();
  }
}
