import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { LeaseSpec } from 'kubernetes-types/coordination/v1.js';
import { ApiError, ClusterError, isClusterError } from './cluster-error.ts';
import type { Cluster } from './cluster.ts';
import type { Lease } from './kinds.ts';
import type { KubeObject, ObjectPlace } from './objects.ts';
import { leaseAt, microTime, writeLease } from './lease-object.ts';
import { readObject } from './server-side-apply.ts';

/** A Lease that was not renewed for this long has expired. */
const leaseSeconds = 15;
const renewMs = 5_000;

/** The reason of the error that names another holder. */
const leaseHeld = 'LeaseHeld';

/** `<host>/<process id>/<random>`: another process on the same host can check whether the holder still runs. */
const identity = (): string => `${hostname()}/${process.pid}/${randomUUID()}`;

/**
 * Does work while holding a Lease, so that two processes never do it at once. Losing the Lease aborts the work's
 * signal.
 * @throws ClusterError CLUSTER_CONFLICT (reason LeaseHeld), naming the holder, when another process holds it.
 */
export async function withLease<T>(
  cluster: Cluster,
  place: ObjectPlace,
  work: (signal: AbortSignal) => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  const me = identity();
  await take(cluster, place, me, signal);
  const lost = new AbortController();
  const renewal = setInterval(() => {
    renew(cluster, place, me).catch((error: unknown) => {
      // A failed renewal does not lose the Lease; another holder in it does. A slow one may meet the next one of its own.
      if (isClusterError(error, 'CLUSTER_CONFLICT') && error.facts.reason === leaseHeld) lost.abort(error);
    });
  }, renewMs);
  try {
    return await work(AbortSignal.any([lost.signal, ...(signal ? [signal] : [])]));
  } finally {
    clearInterval(renewal);
    await release(cluster, place, me);
  }
}

async function take(cluster: Cluster, place: ObjectPlace, me: string, signal?: AbortSignal): Promise<void> {
  const live = await readObject(cluster, leaseAt(place), signal);
  const holder = live && holderOf(live);
  if (holder !== undefined && holder !== me) throw busy(place, holder, live);
  try {
    await write(cluster, place, { live, holder: me, signal });
  } catch (error) {
    if (error instanceof ApiError && error.status === 409) return take(cluster, place, me, signal);
    throw error;
  }
}

async function renew(cluster: Cluster, place: ObjectPlace, me: string): Promise<void> {
  const live = await readObject(cluster, leaseAt(place));
  const { holderIdentity } = specOf(live);
  if (live && holderIdentity === me) return write(cluster, place, { live, holder: me });
  throw busy(place, holderIdentity ?? 'unknown', live);
}

/** Releases the Lease. If the API server is away, it expires by itself. */
async function release(cluster: Cluster, place: ObjectPlace, me: string): Promise<void> {
  try {
    const live = await readObject(cluster, leaseAt(place));
    if (live && specOf(live).holderIdentity === me) await write(cluster, place, { live, holder: undefined });
  } catch (error) {
    if (!(error instanceof ClusterError)) throw error;
  }
}

const specOf = (live: KubeObject | undefined): LeaseSpec => (live as Lease | undefined)?.spec ?? {};

/** The current holder; none when the Lease expired, or when the holder's process on this machine is gone. */
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

function busy({ name, namespace }: ObjectPlace, holder: string, live: KubeObject | undefined): ClusterError {
  const [host = holder, pid = '?'] = holder.split('/');
  const since = specOf(live).renewTime;
  return new ClusterError(
    'CLUSTER_CONFLICT',
    `Lease ${name} in namespace ${namespace} is held by process ${pid} on ${host}${since ? `, renewed at ${since}` : ''}; it expires ${leaseSeconds} seconds after its last renewal.`,
    { reason: leaseHeld, object: `Lease ${name}`, namespace },
  );
}

async function write(
  cluster: Cluster,
  place: ObjectPlace,
  {
    live,
    holder,
    signal,
  }: { live: KubeObject | undefined; holder: string | undefined; signal?: AbortSignal | undefined },
): Promise<void> {
  const { resourceVersion } = live?.metadata ?? {};
  const spec =
    holder === undefined
      ? {}
      : { holderIdentity: holder, renewTime: microTime(), leaseDurationSeconds: leaseSeconds };
  await writeLease(cluster, { ...place, ...(resourceVersion ? { resourceVersion } : {}) }, spec, signal);
}

/** Deletes the Lease unless another process holds it. */
export async function removeLease(cluster: Cluster, place: ObjectPlace, signal?: AbortSignal): Promise<void> {
  const live = await readObject(cluster, leaseAt(place), signal);
  if (!live || holderOf(live) !== undefined) return;
  const { uid, resourceVersion } = live.metadata;
  await cluster.api.request('DELETE', await cluster.discovery.pathOf(live), {
    body: { preconditions: { uid, resourceVersion } },
    accept: [404, 409],
    signal,
  });
}
