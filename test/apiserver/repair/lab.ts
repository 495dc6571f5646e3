import { fieldManager } from '../../../model/names.ts';
import { renderStack } from '../../../charts-ts/render.ts';
import { openCluster, type Cluster } from '../../../kube/cluster.ts';
import { execute } from '../../../deploy/execute.ts';
import { nameOf, type KubeObject } from '../../../kube/objects.ts';
import { planOf, type Planned } from '../../../deploy/plan.ts';
import { stackOf } from '../../charts-ts/rendered.ts';
import { startApiServer, type ApiServer } from '../../servers/kubernetes/api-server.ts';

/** An object as it is rendered, and as it is once it is applied. */
export interface Pair {
  readonly desired: KubeObject;
  readonly original: KubeObject;
}

/** A real API server, and what deploys to it, without a program around it. */
export interface Lab {
  readonly server: ApiServer;
  readonly cluster: Cluster;
  /** What applying one object would do. */
  readonly planned: (object: KubeObject) => Promise<Planned>;
  /** Applies one object as a first apply does. */
  readonly made: (desired: KubeObject) => Promise<Pair>;
  /** A stack of the staging preset in a namespace of its own, applied. */
  readonly applied: (namespace: string, spec?: object) => Promise<Pair[]>;
  stop(): Promise<void>;
}

export async function startLab(): Promise<Lab> {
  const server = await startApiServer();
  const cluster = openCluster({ kubeconfig: server.kubeconfigPath }, fieldManager);
  const planned: Lab['planned'] = async (object) => {
    const [plan] = await planOf(cluster, [object]);
    if (!plan) throw new Error(`There is no plan of ${nameOf(object)}.`);
    return plan;
  };
  const made: Lab['made'] = async (desired) => {
    await execute(cluster, await planned(desired));
    const { live } = await planned(desired);
    if (!live) throw new Error(`${nameOf(desired)} is not there.`);
    return { desired, original: live };
  };
  const applied: Lab['applied'] = async (namespace, spec = {}) => {
    const pairs: Pair[] = [];
    for (const desired of rendered(namespace, spec)) pairs.push(await made(desired));
    return pairs;
  };
  const stop = async (): Promise<void> => {
    cluster.api.close();
    await server.stop();
  };
  return { server, cluster, planned, made, applied, stop };
}

/** The objects of a stack of the staging preset, `demo` in a namespace. */
export const rendered = (namespace: string, spec: object = {}): KubeObject[] =>
  renderStack(stackOf({ preset: 'staging', ...spec }, { namespace }));

/** What people write of an object: everything but what the API server counts and notes for itself. */
export function contentOf({ metadata, ...object }: KubeObject): object {
  const { name, namespace, labels, annotations } = metadata;
  const fields = Object.entries(object).filter(([field]) => field !== 'status');
  return { ...Object.fromEntries(fields), metadata: { name, namespace, labels, annotations } };
}
