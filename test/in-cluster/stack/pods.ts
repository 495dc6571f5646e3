import { stackSelector } from '../../../charts-ts/constructs/metadata.ts';
import type { Stack } from '../../../model/stack.ts';
import type { Cluster } from '../../lab/cluster.ts';

/** A pod of a stack, as far as tests ask. */
export interface Pod {
  readonly name: string;
  readonly uid: string;
  /** The service of the stack it runs. */
  readonly service: string;
  readonly ready: boolean;
  /** Where it runs; empty while nobody knows. */
  readonly node: string;
  /** Of all its containers together. */
  readonly restarts: number;
}

interface PodObject {
  metadata: { name: string; uid: string; labels: Record<string, string> };
  spec: { nodeName?: string };
  status: {
    conditions?: { type: string; status: string }[];
    containerStatuses?: { restartCount: number }[];
  };
}

/** Every pod of a stack, those that are ending included. */
export async function podsOf({ request }: Cluster, stack: Stack): Promise<Pod[]> {
  const labels = Object.entries(stackSelector(stack)).map(([key, value]) => `${key}=${value}`);
  const query = new URLSearchParams({ labelSelector: labels.join(',') });
  const { status, json } = await request(
    'GET',
    `/api/v1/namespaces/${stack.namespace}/pods?${query.toString()}`,
  );
  if (status !== 200)
    throw new Error(`The pods of ${stack.name} were asked for, and the answer was ${status}.`);
  return (json as { items: PodObject[] }).items.map(podOf);
}

const podOf = ({ metadata, spec, status }: PodObject): Pod => ({
  name: metadata.name,
  uid: metadata.uid,
  service: metadata.labels['app.kubernetes.io/name'] ?? '',
  ready: status.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') === true,
  node: spec.nodeName ?? '',
  restarts: (status.containerStatuses ?? []).reduce((sum, { restartCount }) => sum + restartCount, 0),
});
