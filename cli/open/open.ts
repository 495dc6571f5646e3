import type { Kinds } from '../../model/kinds.ts';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import type { Forward } from '../../model/reach.ts';
import { serviceOf } from '../../model/environment.ts';
import type { Stack } from '../../model/stack.ts';
import { backendName } from '../../contract/services/backend-ports.ts';
import { httpPaths } from '../../contract/services/backend.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { forwardLoopback } from '../../kube/loopback.ts';
import { dialPod } from '../../kube/port-forward.ts';
import type { Pod } from '../../kube/kinds.ts';
import { isReady } from '../../deploy/rollout/workload-status.ts';
import type { OpenOptions } from '../commands/open.ts';
import { findTarget } from '../context.ts';
import { backendPods } from '../doctor/running.ts';
import { CommandError } from '../fail.ts';
import { untilInterrupted } from '../interrupt.ts';
import { note, print } from '../output.ts';
import { documentOf } from '../source.ts';

/** What `mooring open` does, until Ctrl-C. @throws CommandError NOT_FOUND_IN_CLUSTER, USAGE; ClusterError. */
export async function openCommand(kinds: Kinds, options: OpenOptions): Promise<void> {
  const stack = documentOf(kinds, options.file).stack();
  const { cluster, context } = await findTarget(options);
  try {
    if (!(await podToTake(cluster, stack)))
      throw new CommandError(
        'NOT_FOUND_IN_CLUSTER',
        `There is no running pod of ${backendName} in namespace ${stack.namespace} of context ${context}; "mooring status" says why.`,
      );
    const forward = await listen(cluster, stack, portOf(options));
    const url = `http://${forward.host}:${forward.port}${httpPaths.page.replace(':patient', options.patient)}`;
    await print({ url }, url, options.output);
    if (options.browser && process.stdout.isTTY) browse(url);
    await untilInterrupted((signal) => once(signal, 'abort'));
    forward.close();
  } finally {
    cluster.api.close();
  }
}

function portOf({ port = '0' }: OpenOptions): number {
  if (/^\d{1,5}$/.test(port) && Number(port) <= 65_535) return Number(port);
  throw new CommandError('USAGE', `--port is "${port}"; expected a port number.`);
}

/** Each connection asks anew which pod to take: pods come and go while a page stays open. */
async function listen(cluster: Cluster, stack: Stack, port: number): Promise<Forward> {
  try {
    return await forwardLoopback(() => dialPodToTake(cluster, stack), {
      port,
      onFailure: (error) => note(error instanceof Error ? error.message : String(error)),
    });
  } catch (error) {
    throw new CommandError('PORT_BUSY', `Port ${port} cannot be used here: ${(error as Error).message}`);
  }
}

async function dialPodToTake(cluster: Cluster, stack: Stack): Promise<Duplex> {
  const pod = await podToTake(cluster, stack);
  if (!pod) throw new CommandError('NOT_FOUND_IN_CLUSTER', 'No pod of the backend runs at the moment.');
  const port = serviceOf(stack, backendName).ports['http']?.containerPort ?? 0;
  return dialPod(cluster.api, { namespace: stack.namespace, pod: pod.metadata.name, port });
}

/** A ready pod before one that is only running: that one says on its page why it is not. */
async function podToTake(cluster: Cluster, stack: Stack): Promise<Pod | undefined> {
  const running = (await backendPods(cluster, stack)).filter(({ status }) => status.phase === 'Running');
  return running.find(isReady) ?? running[0];
}

const openers: Partial<Record<NodeJS.Platform, string>> = { darwin: 'open', linux: 'xdg-open' };

/** Where no browser can be opened, the URL is printed already. */
function browse(url: string): void {
  const opener = openers[process.platform];
  if (opener === undefined) return;
  const child = spawn(opener, [url], { detached: true, stdio: 'ignore' });
  child.on('error', () => undefined);
  child.unref();
}
