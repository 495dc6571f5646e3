import { Duplex, PassThrough } from 'node:stream';
import { PortForward } from '@kubernetes/client-node';
import type { Api } from './api.ts';
import { handshakeError, webSocketsOf } from './web-socket.ts';

/** One port of one pod. */
export interface PodPort {
  readonly namespace: string;
  readonly pod: string;
  readonly port: number;
}

/**
 * A connection to a port of a pod through the API server, made in the pod's own network, so past policies and
 * firewalls.
 * @throws ClusterError CLUSTER_DENIED when it is not allowed, CLUSTER_AWAY when it cannot be made. A closed port shows
 * only when the stream is used: it is then destroyed with an error that says so.
 */
export async function dialPod(
  { kubeConfig, context }: Pick<Api, 'kubeConfig' | 'context'>,
  { namespace, pod, port }: PodPort,
): Promise<Duplex> {
  const [toPod, fromPod, problems] = [new PassThrough(), new PassThrough(), new PassThrough()];
  const where = `port ${port} of pod ${pod}`;
  const socket = await new PortForward(kubeConfig, undefined, webSocketsOf(kubeConfig))
    .portForward(namespace, pod, [port], fromPod, problems, toPod)
    .catch((error: unknown) => {
      throw handshakeError({ where, resource: 'pods/portforward', context }, error);
    });
  if (typeof socket === 'function') throw new TypeError('A port-forward without retries gives its socket.');
  const stream = Duplex.from({ readable: fromPod, writable: toPod });
  problems.on('data', (text: Buffer) => stream.destroy(new Error(`${where}: ${text.toString().trim()}`)));
  socket.on('close', () => fromPod.end());
  socket.on('error', (error) => stream.destroy(error));
  stream.once('close', () => socket.terminate());
  return stream;
}
