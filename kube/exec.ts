import { PassThrough } from 'node:stream';
import { Exec } from '@kubernetes/client-node';
import type { Status } from 'kubernetes-types/meta/v1.js';
import type { Ran } from '../model/reach.ts';
import { TimeLimitError, withTimeLimit } from '../model/time-limit.ts';
import type { Api } from './api.ts';
import { ClusterError } from './cluster-error.ts';
import { handshakeError, webSocketsOf } from './web-socket.ts';

/** One container of one pod. */
export interface PodContainer {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
}

/**
 * Runs a command in a running container, as `kubectl exec` does, and waits for its end.
 * @throws ClusterError CLUSTER_DENIED when it is not allowed, CLUSTER_AWAY when it cannot be started or does not end
 * within `timeoutMs`.
 */
export async function execInPod(
  { kubeConfig, context }: Api,
  { namespace, pod, container }: PodContainer,
  command: readonly string[],
  timeoutMs: number,
): Promise<Ran> {
  const [stdout, stderr] = [collected(), collected()];
  const where = `container "${container}" of pod ${pod}`;
  const ended = Promise.withResolvers<number>();
  const socket = await new Exec(kubeConfig, webSocketsOf(kubeConfig))
    .exec(namespace, pod, container, [...command], stdout.stream, stderr.stream, null, false, (status) =>
      ended.resolve(exitCodeIn(status)),
    )
    .catch((error: unknown) => {
      throw handshakeError({ where, resource: 'pods/exec', context }, error);
    });
  const failure = (why: string): ClusterError =>
    new ClusterError('CLUSTER_AWAY', `The command in ${where} ${why}.`);
  // The status message precedes the close.
  socket.once('close', () => setImmediate(() => ended.reject(failure('was cut off'))));
  try {
    const code = await withTimeLimit(ended.promise, timeoutMs);
    return { code, stdout: stdout.text(), stderr: stderr.text() };
  } catch (error) {
    throw error instanceof TimeLimitError ? failure(`did not end within ${timeoutMs} ms`) : error;
  } finally {
    socket.terminate();
  }
}

function collected(): { stream: PassThrough; text: () => string } {
  const stream = new PassThrough();
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  return { stream, text: () => Buffer.concat(chunks).toString() };
}

function exitCodeIn({ status, details }: Status): number {
  if (status === 'Success') return 0;
  const said = details?.causes?.find(({ reason }) => reason === 'ExitCode')?.message;
  return said === undefined ? 1 : Number(said);
}
