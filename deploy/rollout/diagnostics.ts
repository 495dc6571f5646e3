import type { Event, EventList } from 'kubernetes-types/core/v1.js';
import type { Cluster } from '../../kube/cluster.ts';
import type { StackRef } from '../stack-objects.ts';
import type { Cause } from './causes.ts';

/** The last non-empty log line of a container; `undefined` where there is none or it may not be read. */
export async function lastLogLine(
  { api }: Cluster,
  { namespace }: Pick<StackRef, 'namespace'>,
  { pod, container, previous }: NonNullable<Cause['log']>,
): Promise<string | undefined> {
  const path = `/api/v1/namespaces/${namespace}/pods/${pod}/log`;
  const query = { container, tailLines: '20', ...(previous ? { previous: 'true' } : {}) };
  const { status, json } = await api.request('GET', path, { query, accept: [400, 403, 404] });
  if (status !== 200 || typeof json !== 'string') return undefined;
  return json.trimEnd().split('\n').at(-1)?.trim().slice(0, lineLength) || undefined;
}

/** Longer lines are structured logs; their beginning is enough. */
const lineLength = 500;

/** A cause in Kubernetes' words, with the last line of its container. */
export async function causeText(
  cluster: Cluster,
  place: Pick<StackRef, 'namespace'>,
  { reason, where, message, log }: Cause,
): Promise<string> {
  const line = log && (await lastLogLine(cluster, place, log));
  return `${where}: ${reason}: ${message}.${line ? ` Its last line: ${line}` : ''}`;
}

/** The last warning event about an object, by name, such as a volume that cannot be mounted. */
export async function lastWarning(
  { api }: Cluster,
  { namespace }: StackRef,
  about: { readonly kind: string; readonly name: string },
): Promise<{ reason: string; message: string } | undefined> {
  const path = `/api/v1/namespaces/${namespace}/events`;
  const fieldSelector = `involvedObject.kind=${about.kind},involvedObject.name=${about.name},type=Warning`;
  const { status, json } = await api.request('GET', path, { query: { fieldSelector }, accept: [403] });
  if (status !== 200) return undefined;
  const events = [...(json as EventList).items].sort((a, b) => (timeOf(a) < timeOf(b) ? -1 : 1));
  const last = events.at(-1);
  return last ? { reason: last.reason ?? 'Warning', message: last.message ?? '' } : undefined;
}

const timeOf = (event: Event): string =>
  event.lastTimestamp ?? event.eventTime ?? event.metadata.creationTimestamp ?? '';
