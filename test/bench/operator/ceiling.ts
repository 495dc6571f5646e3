import { chatKind } from '../../../contract/chat-kind.ts';
import { openCluster, type Cluster } from '../../../kube/cluster.ts';
import type { KubeObject } from '../../../kube/objects.ts';
import { applyObject } from '../../../kube/server-side-apply.ts';
import { desiredOf } from '../../../operator/reconcile/desired.ts';
import { chatStackIn, startWithChatStacks } from '../../apiserver/operator/lab.ts';
import type { ApiServer } from '../../servers/kubernetes/api-server.ts';
import { round } from './figures.ts';
import { perNamespace, placeOf } from './place.ts';
import { ownAccount } from './process.ts';
import { apiServerCpu } from './stacks.ts';
import { Stops } from './stops.ts';

export interface CeilingMeasured {
  /** What the API server takes from a client that does nothing but apply the same objects. */
  readonly ceiling: {
    readonly stacksPerSecond: number;
    readonly appliesPerSecond: number;
    /** The API server's and etcd's processor time for one apply. */
    readonly serverCpuMsPerApply: number;
  };
}

/** Applies under way at once: enough to keep an API server on two cores busy. */
const concurrency = 16;

/** Server-side applies the objects of so many stacks, which were rendered before the time begins. */
export async function measureCeiling(stacks: number): Promise<CeilingMeasured> {
  const stops = new Stops();
  try {
    const server = stops.keep(await startWithChatStacks());
    const cluster = openCluster(await ownAccount(server), 'bench');
    stops.add(() => Promise.resolve(cluster.api.close()));
    const objects = await renderedObjects(server, stacks);
    const [begun, cpuBefore] = [performance.now(), await apiServerCpu(server)];
    await applyAll(cluster, objects);
    const seconds = (performance.now() - begun) / 1_000;
    const cpuMs = ((await apiServerCpu(server)) - cpuBefore) * 1_000;
    return {
      ceiling: {
        stacksPerSecond: round(stacks / seconds),
        appliesPerSecond: round(objects.length / seconds),
        serverCpuMsPerApply: round(cpuMs / objects.length),
      },
    };
  } finally {
    await stops.run();
  }
}

async function renderedObjects(server: ApiServer, stacks: number): Promise<readonly KubeObject[]> {
  const objects: KubeObject[] = [];
  for (let index = 0; index < stacks; index++) {
    const { namespace, name } = placeOf(index);
    if (index % perNamespace === 0) await server.createNamespace(namespace);
    const document = chatStackIn(namespace, { preset: 'staging' }, name);
    const resource = { ...document, metadata: { ...document.metadata, namespace, uid: `uid-${index}` } };
    objects.push(...desiredOf(chatKind, resource).objects);
  }
  return objects;
}

async function applyAll(cluster: Cluster, objects: readonly KubeObject[]): Promise<void> {
  const rest = objects.values();
  const one = async (): Promise<void> => {
    for (const object of rest) await applyObject(cluster, object, { force: true });
  };
  await Promise.all(Array.from({ length: concurrency }, one));
}
