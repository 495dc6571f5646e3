import type { Kinds } from '../../model/kinds.ts';
import type { Opens } from '../../model/stack-kind.ts';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import type { Forward, ServicePort } from '../../model/reach.ts';
import { serviceOf } from '../../model/environment.ts';
import { isWorkload, type Stack } from '../../model/stack.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { forwardLoopback } from '../../kube/loopback.ts';
import { dialPod } from '../../kube/port-forward.ts';
import type { Pod } from '../../kube/kinds.ts';
import { isReady } from '../../deploy/rollout/workload-status.ts';
import { findTarget } from '../target.ts';
import { podsOf } from '../doctor/running.ts';
import { CommandError } from '../errors.ts';
import { untilInterrupted } from '../interrupt.ts';
import { note, print } from '../output.ts';
import { documentOf } from '../source.ts';
import type { Subject } from '../subject.ts';
import type { ClusterOptions } from '../options.ts';
import { mooringOfStack } from '../same-stack.ts';

export interface OpenOptions extends ClusterOptions {
  readonly port?: string;
  readonly browser: boolean;
  /** A parameter of the page, such as `user`, by its name. */
  readonly [parameter: string]: string | boolean | undefined;
}

/** What `mooring open` does, until Ctrl-C. @throws CommandError NOT_FOUND_IN_CLUSTER, USAGE; ClusterError. */
export async function openCommand(kinds: Kinds, options: OpenOptions): Promise<void> {
  const found = documentOf(kinds, options.file);
  const stack = found.stack();
  const opens = opensOf({ kind: found.kind, stack });
  const path = pathOf(opens, options);
  const { cluster, context } = await findTarget(options);
  try {
    if (!(await podToTake(cluster, stack, opens)))
      throw new CommandError(
        'NOT_FOUND_IN_CLUSTER',
        `There is no running pod of ${opens.service} in namespace ${stack.namespace} of context ${context}; "${mooringOfStack('status')}" says why.`,
      );
    const forward = await listen(cluster, { stack, opens }, portOf(options));
    const url = `http://${forward.host}:${forward.port}${path}`;
    await print({ url }, url, options.output);
    if (options.browser && process.stdout.isTTY) browse(url);
    await untilInterrupted((signal) => once(signal, 'abort'));
    forward.close();
  } finally {
    cluster.api.close();
  }
}

/** What the kind opens; where it says nothing, the first port the world may reach. @throws CommandError USAGE. */
function opensOf({ kind, stack }: Subject): Opens {
  if (kind.opens) return kind.opens;
  const ports = stack.services.filter(isWorkload).flatMap(({ name: service, ports: own }) =>
    Object.entries(own)
      .filter(([, { from = [] }]) => from.includes('world'))
      .map(([port]) => ({ service, port })),
  );
  const [first] = ports;
  if (first) return { ...first, path: '/', parameters: [] };
  throw new CommandError(
    'USAGE',
    `There is nothing to open: no port of stack "${stack.name}" may be reached by the world (from: ['world']).`,
  );
}

function pathOf({ path, parameters }: Opens, options: OpenOptions): string {
  return path.replaceAll(/:([a-z]+)/g, (whole, name: string) => {
    const parameter = parameters.find((one) => one.name === name);
    if (!parameter) return whole;
    return encodeURIComponent(String(options[name] ?? parameter.default)).replaceAll('%3A', ':');
  });
}

function portOf({ port = '0' }: OpenOptions): number {
  if (/^\d{1,5}$/.test(port) && Number(port) <= 65_535) return Number(port);
  throw new CommandError('USAGE', `--port is "${port}"; expected a port number.`);
}

/** What is opened of a stack. */
interface Opened {
  readonly stack: Stack;
  readonly opens: ServicePort;
}

/** Each connection asks anew which pod to take: pods come and go while a page stays open. */
async function listen(cluster: Cluster, opened: Opened, port: number): Promise<Forward> {
  try {
    return await forwardLoopback(() => dialPodToTake(cluster, opened), {
      port,
      onFailure: (error) => note(error instanceof Error ? error.message : String(error)),
    });
  } catch (error) {
    throw new CommandError('PORT_BUSY', `Port ${port} cannot be used here: ${(error as Error).message}`);
  }
}

async function dialPodToTake(cluster: Cluster, { stack, opens }: Opened): Promise<Duplex> {
  const pod = await podToTake(cluster, stack, opens);
  if (!pod)
    throw new CommandError('NOT_FOUND_IN_CLUSTER', `No pod of the ${opens.service} runs at the moment.`);
  const port = serviceOf(stack, opens.service).ports[opens.port]?.containerPort ?? 0;
  return dialPod(cluster.api, { namespace: stack.namespace, pod: pod.metadata.name, port });
}

/** A ready pod before one that is only running: that one says on its page why it is not. */
async function podToTake(cluster: Cluster, stack: Stack, { service }: ServicePort): Promise<Pod | undefined> {
  const pods = await podsOf(cluster, stack, service);
  const running = pods.filter(({ status }) => status.phase === 'Running');
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
