import type { Cluster } from '../../kube/cluster.ts';
import type { Lease } from '../../kube/kinds.ts';
import { leaseAt } from '../../kube/lease-object.ts';
import { readObject } from '../../kube/server-side-apply.ts';
import { operatorName } from '../../operator/manifests/names.ts';
import { servedBy, servesAnnotation } from '../../operator/manifests/serves.ts';
import { progress } from '../output.ts';
import { inSeconds } from '../times.ts';
import { pause } from '../waiting/pause.ts';

/** Which replica leads, by the Lease. */
export interface Leader {
  /** Its pod, and a random part; absent where no replica holds the Lease. */
  readonly holder?: string;
  /** Since when, RFC 3339. */
  readonly since?: string;
  /** When it was renewed last, RFC 3339. */
  readonly renewed?: string;
  /** The definitions whose resources it serves, as it says itself; absent where it is of a version that does not. */
  readonly serves?: readonly string[];
  /** It is not renewed any more. */
  readonly isStale: boolean;
}

/** Whether a replica leads now. */
export const isLed = ({ holder, isStale }: Leader): boolean => holder !== undefined && !isStale;

/** A leader renews every 2 s: one that does not for so long is gone, or cannot reach the API server. */
const watchedMs = 6_000;

/**
 * Who leads. A renewal of late by this machine's clock counts; any other time in the Lease may be another clock's, so
 * the Lease is then watched until it changes. Throws as a request does.
 */
export async function leaderIn(cluster: Cluster, namespace: string, signal?: AbortSignal): Promise<Leader> {
  const lease = await leaseIn(cluster, namespace, signal);
  const { holderIdentity, acquireTime, renewTime } = lease?.spec ?? {};
  if (!lease || !holderIdentity) return { isStale: false };
  const serves = servedBy(holderIdentity, lease.metadata.annotations?.[servesAnnotation]);
  return {
    holder: holderIdentity,
    ...(acquireTime === undefined ? {} : { since: inSeconds(acquireTime) }),
    ...(renewTime === undefined ? {} : { renewed: inSeconds(renewTime) }),
    ...(serves === undefined ? {} : { serves }),
    isStale: !isOfLate(lease) && !(await isRenewed(cluster, lease, namespace, signal)),
  };
}

const leaseIn = async (
  cluster: Cluster,
  namespace: string,
  signal?: AbortSignal,
): Promise<Lease | undefined> =>
  await readObject(cluster, leaseAt({ name: operatorName, namespace }), signal);

function isOfLate({ spec: { renewTime = '', leaseDurationSeconds = 0 } = {} }: Lease): boolean {
  const age = Date.now() - Date.parse(renewTime);
  return age >= 0 && age < leaseDurationSeconds * 1_000;
}

async function isRenewed(
  cluster: Cluster,
  { metadata }: Lease,
  namespace: string,
  signal?: AbortSignal,
): Promise<boolean> {
  progress.show(
    `Lease ${operatorName} of namespace ${namespace} looks old; watching for ${watchedMs / 1_000} s whether it is renewed …`,
  );
  const end = performance.now() + watchedMs;
  while (performance.now() < end) {
    await pause(signal);
    const now = await leaseIn(cluster, namespace, signal);
    if (now?.metadata.resourceVersion !== metadata.resourceVersion) return true;
  }
  return false;
}
