import { randomBytes } from 'node:crypto';
import type { Container, ContainerState } from 'kubernetes-types/core/v1.js';
import type { Cluster } from './cluster.ts';
import { ClusterError } from './cluster-error.ts';
import type { Pod } from './kinds.ts';
import { pause } from './poll.ts';

/**
 * Runs a command in the image of a crashing container as an ephemeral container, in the pod's network and with the same environment,
 * and returns what it printed. The ended container stays in the pod until the pod is deleted.
 * @throws ClusterError CLUSTER_DENIED when it is not allowed, CLUSTER_AWAY when it did not run to its end.
 */
export async function runBeside(
  { api, fieldManager }: Cluster,
  pod: Pod,
  container: Container,
  { command, timeoutMs }: { readonly command: readonly string[]; readonly timeoutMs: number },
): Promise<string> {
  const name = `${fieldManager}-${randomBytes(3).toString('hex')}`;
  const path = `/api/v1/namespaces/${pod.metadata.namespace ?? ''}/pods/${pod.metadata.name}`;
  const { image, env, envFrom, securityContext, workingDir } = container;
  // No targetContainerName: while the target is down it has no process namespace to share.
  const copy = { name, image, env, envFrom, securityContext, workingDir, command };
  await api.request('PATCH', `${path}/ephemeralcontainers`, {
    body: { spec: { ephemeralContainers: [copy] } },
    contentType: 'application/strategic-merge-patch+json',
  });
  await ended({ api, path, name, timeoutMs });
  const { json } = await api.request('GET', `${path}/log`, { query: { container: name } });
  // The answer is parsed where the container printed one line of JSON.
  return typeof json === 'string' ? json : JSON.stringify(json);
}

interface Awaited {
  readonly api: Cluster['api'];
  /** The pod's. */
  readonly path: string;
  readonly name: string;
  readonly timeoutMs: number;
}

async function ended({ api, path, name, timeoutMs }: Awaited): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const { json } = await api.request('GET', path);
    const state = stateOf(json, name);
    if (state?.terminated) return;
    const { reason = '', message = '' } = state?.waiting ?? {};
    if (/Err|BackOff/.test(reason) || performance.now() > deadline)
      throw new ClusterError(
        'CLUSTER_AWAY',
        `An ephemeral container did not run to its end: ${reason ? `${reason}: ${message}` : `not within ${timeoutMs} ms`}.`,
      );
    await pause();
  }
}

const stateOf = (pod: unknown, name: string): ContainerState | undefined =>
  (pod as Pod).status.ephemeralContainerStatuses?.find((one) => one.name === name)?.state;
