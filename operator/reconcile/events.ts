import { randomUUID } from 'node:crypto';
import type { Cluster } from '../../kube/cluster.ts';
import type { KubeObject } from '../../kube/objects.ts';
import type { RecordedEvent } from './context.ts';

/** The API server refuses longer ones. */
const longestMessage = 1_024;

/**
 * Writes an Event about an object. Never rejects: an Event is for people, and a reconcile goes on without it.
 * @param onError what kept it from being written.
 */
export async function recordEvent(
  { api, fieldManager }: Cluster,
  { apiVersion, kind, metadata }: KubeObject,
  { type, reason, message }: RecordedEvent,
  onError: (error: unknown) => void,
): Promise<void> {
  const { name, namespace = 'default', uid } = metadata;
  const now = new Date().toISOString();
  const body = {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: `${name}.${randomUUID().slice(0, 13)}`, namespace },
    involvedObject: { apiVersion, kind, name, namespace, uid },
    ...{ type, reason, message: message.slice(0, longestMessage) },
    ...{ count: 1, firstTimestamp: now, lastTimestamp: now },
    source: { component: fieldManager },
    reportingComponent: fieldManager,
  };
  await api.request('POST', `/api/v1/namespaces/${namespace}/events`, { body }).catch(onError);
}
