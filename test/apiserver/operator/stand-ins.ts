import { setTimeout as pause } from 'node:timers/promises';
import type { Deployment, Pod, StatefulSet } from '../../../kube/kinds.ts';
import type { Proxy } from '../../faults/proxy.ts';
import type { ApiServer } from '../../servers/kubernetes/api-server.ts';

/** The one service whose pods there are; every other workload counts as rolled out. */
export interface Standing {
  readonly namespace: string;
  readonly deployment: string;
  /** Leads to a store as its Service does: closed while the Service has another port. */
  readonly route: { readonly service: string; readonly port: number; readonly proxy: Proxy };
}

type Workload = (Deployment | StatefulSet) & { readonly status?: object };

const turnMs = 50;
const merge = { 'content-type': 'application/merge-patch+json' };
const strategic = { 'content-type': 'application/strategic-merge-patch+json' };

/**
 * Does what kubelet, kube-proxy and the controllers of workloads would do, where none runs, until the signal is aborted:
 * a pod is ready while its gates are, a Deployment's status counts its ready pods, and a Service leads to its port.
 */
export async function standIn(server: ApiServer, standing: Standing, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const ready = await markPods(server, standing);
    await markWorkloads(server, standing, ready);
    await route(server, standing);
    await pause(turnMs, undefined, { signal }).catch(() => undefined);
  }
}

/** Answers how many are ready. */
async function markPods({ request }: ApiServer, { namespace }: Standing): Promise<number> {
  const path = `/api/v1/namespaces/${namespace}/pods`;
  const { items } = (await request('GET', path)).json as { items: Pod[] };
  let ready = 0;
  for (const { metadata, spec, status } of items) {
    const isTrue = (type: string): boolean =>
      status.conditions?.some((condition) => condition.type === type && condition.status === 'True') ?? false;
    const isReady = (spec.readinessGates ?? []).every(({ conditionType }) => isTrue(conditionType));
    if (isReady) ready += 1;
    if (isReady === isTrue('Ready')) continue;
    const conditions = [{ type: 'Ready', status: isReady ? 'True' : 'False' }];
    await request('PATCH', `${path}/${metadata.name}/status`, { status: { conditions } }, strategic);
  }
  return ready;
}

const markWorkloads = (server: ApiServer, { namespace, deployment }: Standing, pods: number): Promise<void> =>
  rollOut(server, (workload, replicas) => {
    const own = workload.metadata.namespace === namespace && workload.metadata.name === deployment;
    return own ? Math.min(pods, replicas) : replicas;
  });

/**
 * Gives each workload the status of one that is rolled out.
 * @param readyOf how many of its pods are ready. @param within a namespace; absent: all.
 */
export async function rollOut(
  { request }: ApiServer,
  readyOf: (workload: Workload, replicas: number) => number,
  within?: string,
): Promise<void> {
  const place = within === undefined ? '' : `/namespaces/${within}`;
  for (const plural of ['deployments', 'statefulsets']) {
    const { items } = (await request('GET', `/apis/apps/v1${place}/${plural}`)).json as { items: Workload[] };
    for (const workload of items) {
      const { metadata, spec, status } = workload;
      const { name, namespace = '', generation } = metadata;
      const replicas = spec.replicas ?? 1;
      const ready = readyOf(workload, replicas);
      const wanted = {
        ...{ observedGeneration: generation, replicas, updatedReplicas: replicas },
        ...{ readyReplicas: ready, availableReplicas: ready },
      };
      const live: Readonly<Record<string, unknown>> = { readyReplicas: 0, availableReplicas: 0, ...status };
      if (Object.entries(wanted).every(([field, value]) => live[field] === value)) continue;
      const path = `/apis/apps/v1/namespaces/${namespace}/${plural}/${name}/status`;
      await request('PATCH', path, { status: wanted }, merge);
    }
  }
}

/** Whether a proxy lets through now; `up` would cut what is open. */
const routed = new WeakMap<Proxy, boolean>();

async function route(
  { request }: ApiServer,
  { namespace, route: { service, port, proxy } }: Standing,
): Promise<void> {
  const { status, json } = await request('GET', `/api/v1/namespaces/${namespace}/services/${service}`);
  if (status !== 200) return;
  const { ports } = (json as { spec: { ports: { port: number }[] } }).spec;
  const leads = ports.some((one) => one.port === port);
  if (leads === (routed.get(proxy) ?? true)) return;
  routed.set(proxy, leads);
  await (leads ? proxy.up() : proxy.down());
}
