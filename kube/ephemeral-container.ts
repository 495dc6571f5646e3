import { randomBytes } from 'node:crypto';
import type { Container, ContainerState } from 'kubernetes-types/core/v1.js';
import type { Cluster } from './cluster.ts';
import { ClusterError } from './cluster-error.ts';
import type { Pod } from './kinds.ts';

/** An ephemeral container that was added to a pod. */
export interface EphemeralContainer {
  /** The path of its pod. */
  readonly pod: string;
  readonly name: string;
}

/**
 * Starts a command in the image of a crashing container as an ephemeral container, in the pod's network and with the
 * same environment. It stays in the pod, ended, until the pod is deleted.
 * @throws ClusterError CLUSTER_DENIED when it is not allowed.
 */
export async function startBeside(
  { api, fieldManager }: Cluster,
  { metadata }: Pod,
  container: Container,
  command: readonly string[],
): Promise<EphemeralContainer> {
  const name = `${fieldManager}-${randomBytes(3).toString('hex')}`;
  const pod = `/api/v1/namespaces/${metadata.namespace ?? ''}/pods/${metadata.name}`;
  const { image, env, envFrom, securityContext, workingDir } = container;
  // No targetContainerName: while the target is down it has no process namespace to share.
  const copy = { name, image, env, envFrom, securityContext, workingDir, command };
  await api.request('PATCH', `${pod}/ephemeralcontainers`, {
    body: { spec: { ephemeralContainers: [copy] } },
    contentType: 'application/strategic-merge-patch+json',
  });
  return { pod, name };
}

/**
 * What an ephemeral container printed; `undefined` while it has not ended.
 * @throws ClusterError CLUSTER_AWAY when it cannot start.
 */
export async function outputOf(
  { api }: Cluster,
  { pod, name }: EphemeralContainer,
): Promise<string | undefined> {
  const { json } = await api.request('GET', pod);
  const state = stateOf(json, name);
  const { reason = '', message = '' } = state?.waiting ?? {};
  if (/Err|BackOff/.test(reason))
    throw new ClusterError('CLUSTER_AWAY', `An ephemeral container did not start: ${reason}: ${message}.`);
  if (!state?.terminated) return undefined;
  const log = await api.request('GET', `${pod}/log`, { query: { container: name } });
  // The answer is parsed where the container printed one line of JSON.
  return typeof log.json === 'string' ? log.json : JSON.stringify(log.json);
}

const stateOf = (pod: unknown, name: string): ContainerState | undefined =>
  (pod as Pod).status.ephemeralContainerStatuses?.find((one) => one.name === name)?.state;
