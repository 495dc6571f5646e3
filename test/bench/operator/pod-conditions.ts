import { openCluster } from '../../../kube/cluster.ts';
import { projectPod, type PodView } from '../../../operator/gates/pod-view.ts';
import { Cache } from '../../../operator/runtime/cache.ts';
import { Informer } from '../../../operator/runtime/informer.ts';
import type { ApiServer } from '../../servers/kubernetes/api-server.ts';

/** The conditions of pods, as a watch shows them. */
export interface PodConditions {
  /** When a condition of a pod is first seen with this status, on the monotonic clock. Rejects after a minute. */
  readonly shown: (pod: string, type: string, status: 'True' | 'False') => Promise<number>;
  readonly stop: () => Promise<void>;
}

const limitMs = 60_000;

/** Watches the pods of a namespace. */
export async function watchConditions(server: ApiServer, namespace: string): Promise<PodConditions> {
  const { api } = openCluster({ kubeconfig: server.kubeconfigPath }, 'bench');
  const cache = new Cache<PodView>();
  const waiting = new Set<() => void>();
  const informer = new Informer({
    ...{ collection: { api, path: `/api/v1/namespaces/${namespace}/pods` }, cache, project: projectPod },
    onChange: () => waiting.forEach((look) => look()),
    onRestart: () => undefined,
  });
  const stopping = new AbortController();
  const running = informer.run(stopping.signal);
  await informer.synced;
  const statusOf = (pod: string, type: string): string | undefined =>
    cache.get(`${namespace}/${pod}`)?.conditions.find((condition) => condition.type === type)?.status;
  return {
    shown: (pod, type, status) =>
      new Promise((resolve, reject) => {
        const late = setTimeout(
          () => reject(new Error(`${type} of ${pod} was not ${status} within a minute.`)),
          limitMs,
        );
        const look = (): void => {
          if (statusOf(pod, type) !== status) return;
          clearTimeout(late);
          waiting.delete(look);
          resolve(performance.now());
        };
        waiting.add(look);
        look();
      }),
    stop: async () => {
      stopping.abort();
      await running;
      api.close();
    },
  };
}
