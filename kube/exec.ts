import { PassThrough } from 'node:stream';
import { Exec } from '@kubernetes/client-node';
import type { Api } from './api.ts';
import { ClusterError } from './cluster-error.ts';

/** One container of one pod. */
export interface PodContainer {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
}

/** A command that ran; `code` is 0 when it ended well. */
export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a command in a container that runs, as `kubectl exec` does, and waits for its end.
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
  let ended: (code: number) => void = () => undefined;
  const code = new Promise<number>((resolve) => (ended = resolve));
  const socket = await new Exec(kubeConfig)
    .exec(namespace, pod, container, [...command], stdout.stream, stderr.stream, null, false, (status) =>
      ended(exitCodeIn(status)),
    )
    .catch((event: unknown) => {
      throw notStarted(where, context, event);
    });
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const away = (why: string): void =>
      reject(new ClusterError('CLUSTER_AWAY', `The command in ${where} ${why}.`));
    timer = setTimeout(() => away(`did not end within ${timeoutMs} ms`), timeoutMs);
    // The status comes before the end of the connection.
    socket.once('close', () => setImmediate(() => away('was cut off')));
  });
  try {
    return { code: await Promise.race([code, late]), stdout: stdout.text(), stderr: stderr.text() };
  } finally {
    clearTimeout(timer);
    socket.terminate();
  }
}

function collected(): { stream: PassThrough; text: () => string } {
  const stream = new PassThrough();
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  return { stream, text: () => Buffer.concat(chunks).toString() };
}

interface Status {
  readonly status?: string;
  readonly details?: { readonly causes?: readonly { readonly reason?: string; readonly message?: string }[] };
}

function exitCodeIn({ status, details }: Status): number {
  if (status === 'Success') return 0;
  const said = details?.causes?.find(({ reason }) => reason === 'ExitCode')?.message;
  return said === undefined ? 1 : Number(said);
}

/** The library rejects with the WebSocket's error event, whose message has the HTTP status. */
function notStarted(where: string, context: string, event: unknown): ClusterError {
  const message =
    typeof event === 'object' && event !== null && 'message' in event ? String(event.message) : String(event);
  if (/response: 40[13]/.test(message))
    return new ClusterError(
      'CLUSTER_DENIED',
      `The user of context "${context}" may not run commands in ${where}: it takes "create" on pods/exec.`,
    );
  return new ClusterError('CLUSTER_AWAY', `No command can be run in ${where}: ${message}`);
}
