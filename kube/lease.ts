import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { stackHistoryName } from '../model/environment.ts';
import { stackLabels } from '../model/labels.ts';
import { ApiError, ClusterError } from './cluster-error.ts';
import { fieldManager, type Cluster } from './cluster.ts';
import type { KubeObject } from './objects.ts';
import type { StackRef } from '../deploy/stack-objects.ts';
import { readObject } from './server-side-apply.ts';

/**
 * One at a time may change a stack: two applies of different documents, object by object between each other, would end
 * in a mixture of both. Whoever changes it holds a Lease and renews it; one that is not renewed is nobody's.
 */
const leaseSeconds = 15;
const renewMs = 5_000;

interface LeaseSpec {
  readonly holderIdentity?: string;
  readonly renewTime?: string;
  readonly leaseDurationSeconds?: number;
}

/** Who holds it: `<host>/<process id>/<random>`; on the same host it can be seen whether the process lives. */
const identity = (): string => `${hostname()}/${process.pid}/${randomUUID()}`;

const leaseOf = (stack: StackRef): KubeObject => ({
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  metadata: { name: stackHistoryName(stack), namespace: stack.namespace, labels: stackLabels(stack) },
});

/**
 * Does work while nobody else may change the stack. The work's signal is aborted when the Lease is lost.
 * @throws ClusterError CLUSTER_CONFLICT, saying who holds it, when somebody else is at it.
 */
export async function alone<T>(
  cluster: Cluster,
  stack: StackRef,
  work: (signal: AbortSignal) => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  const me = identity();
  await take(cluster, stack, me, signal);
  const lost = new AbortController();
  const renewal = setInterval(() => {
    renew(cluster, stack, me).catch((error: unknown) => {
      // An API server that is away for a moment is no loss; somebody else's name in the Lease is.
      if (error instanceof ClusterError && error.code === 'CLUSTER_CONFLICT') lost.abort(error);
    });
  }, renewMs);
  try {
    return await work(AbortSignal.any([lost.signal, ...(signal ? [signal] : [])]));
  } finally {
    clearInterval(renewal);
    await release(cluster, stack, me);
  }
}

async function take(cluster: Cluster, stack: StackRef, me: string, signal?: AbortSignal): Promise<void> {
  const live = await readObject(cluster, leaseOf(stack), signal);
  const holder = live && holderOf(live);
  if (holder !== undefined && holder !== me) throw busy(stack, holder, live);
  try {
    await write(cluster, stack, { live, holder: me, signal });
  } catch (error) {
    if (error instanceof ApiError && error.status === 409) return take(cluster, stack, me, signal);
    throw error;
  }
}

async function renew(cluster: Cluster, stack: StackRef, me: string): Promise<void> {
  const live = await readObject(cluster, leaseOf(stack));
  const { holderIdentity } = specOf(live);
  if (live && holderIdentity === me) return write(cluster, stack, { live, holder: me });
  throw busy(stack, holderIdentity ?? 'somebody', live);
}

/** Leaves it as it was if the API server is away: it runs out by itself. */
async function release(cluster: Cluster, stack: StackRef, me: string): Promise<void> {
  try {
    const live = await readObject(cluster, leaseOf(stack));
    if (live && specOf(live).holderIdentity === me) await write(cluster, stack, { live, holder: undefined });
  } catch (error) {
    if (!(error instanceof ClusterError)) throw error;
  }
}

const specOf = (live: KubeObject | undefined): LeaseSpec => live?.['spec'] ?? {};

/** Who holds it now; nobody when it ran out, or when its process on this very machine is gone. */
function holderOf(live: KubeObject): string | undefined {
  const { holderIdentity, renewTime, leaseDurationSeconds = leaseSeconds } = specOf(live);
  if (!holderIdentity || renewTime === undefined) return undefined;
  if (Date.now() - Date.parse(renewTime) > leaseDurationSeconds * 1_000) return undefined;
  const [host, pid] = holderIdentity.split('/');
  return host === hostname() && !isAlive(Number(pid)) ? undefined : holderIdentity;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function busy({ name }: StackRef, holder: string, live: KubeObject | undefined): ClusterError {
  const [host = holder, pid = '?'] = holder.split('/');
  const since = specOf(live).renewTime;
  return new ClusterError(
    'CLUSTER_CONFLICT',
    `Somebody else is changing the stack "${name}" right now: process ${pid} on ${host}${since ? `, seen at ${since}` : ''}. Wait until it is done; if it died, its claim ends ${leaseSeconds} seconds after that.`,
  );
}

async function write(
  { api, discovery }: Cluster,
  stack: StackRef,
  {
    live,
    holder,
    signal,
  }: { live: KubeObject | undefined; holder: string | undefined; signal?: AbortSignal | undefined },
): Promise<void> {
  const lease = leaseOf(stack);
  const now = `${new Date().toISOString().slice(0, -1)}000Z`;
  const spec =
    holder === undefined
      ? {}
      : { holderIdentity: holder, renewTime: now, leaseDurationSeconds: leaseSeconds };
  const { resourceVersion } = live?.metadata ?? {};
  const body = {
    ...lease,
    metadata: { ...lease.metadata, ...(resourceVersion ? { resourceVersion } : {}) },
    spec,
  };
  const query = { fieldManager };
  if (live) await api.request('PUT', await discovery.pathOf(lease), { query, body, signal });
  else
    await api.request('POST', await discovery.collectionOf(lease.apiVersion, lease.kind, stack.namespace), {
      query,
      body,
      signal,
    });
}

/** Takes the Lease itself away once nobody holds it and nothing of the stack is left to be changed. */
export async function removeLease(cluster: Cluster, stack: StackRef, signal?: AbortSignal): Promise<void> {
  const live = await readObject(cluster, leaseOf(stack), signal);
  if (!live || holderOf(live) !== undefined) return;
  const { uid, resourceVersion } = live.metadata;
  await cluster.api.request('DELETE', await cluster.discovery.pathOf(live), {
    body: { preconditions: { uid, resourceVersion } },
    accept: [404, 409],
    signal,
  });
}
