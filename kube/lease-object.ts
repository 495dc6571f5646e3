import type { LeaseSpec } from 'kubernetes-types/coordination/v1.js';
import type { Cluster } from './cluster.ts';
import type { Lease } from './kinds.ts';
import type { Metadata } from './objects.ts';

/** A Lease to read or to write. */
export const leaseAt = <M extends Metadata>(
  metadata: M,
): Pick<Lease, 'apiVersion' | 'kind'> & { metadata: M } => ({
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  metadata,
});

/** Now, as the API server's MicroTime wants it. */
export const microTime = (): string => `${new Date().toISOString().slice(0, -1)}000Z`;

/**
 * Replaces the Lease of the resource version in `metadata`; without one, creates it.
 * @returns the Lease as it is now.
 * @throws ApiError 409 where another process was faster; as a request does.
 */
export async function writeLease(
  { api, discovery, fieldManager }: Cluster,
  metadata: Metadata,
  spec: LeaseSpec,
  signal?: AbortSignal,
): Promise<Lease> {
  const lease = leaseAt(metadata);
  const request = { query: { fieldManager }, body: { ...lease, spec }, signal };
  const { json } =
    metadata.resourceVersion === undefined
      ? await api.request(
          'POST',
          await discovery.collectionOf(lease.apiVersion, lease.kind, metadata.namespace),
          request,
        )
      : await api.request('PUT', await discovery.pathOf(lease), request);
  return json as Lease;
}
