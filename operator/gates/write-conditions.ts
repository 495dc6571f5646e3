import type { Cluster } from '../../kube/cluster.ts';
import type { KubeObject } from '../../kube/objects.ts';
import { backoffMs } from '../runtime/backoff.ts';
import { pause } from '../runtime/pause.ts';
import type { Change } from './changes.ts';
import { projectPod, type PodView } from './pod-view.ts';

/** The field manager of the conditions of readiness gates. */
export const gatesFieldManager = 'mooring-operator-gates';

/** What writes conditions. Its requests throw unless this process may write. */
export interface Writer {
  readonly api: Pick<Cluster['api'], 'request'>;
}

/** What was written, and the pod as it is then. */
export interface Written {
  readonly pod: PodView;
  readonly changes: readonly Change[];
}

/** Kubelet writes a pod's status when its containers change; more conflicts in a row have another cause. */
const mostTries = 5;

/**
 * Writes the conditions of a pod that differ; none, none is sent. A pod that was changed meanwhile is read and compared
 * again. The uid and the version of the request keep it from a pod of the same name.
 * @returns `undefined` where the pod is gone.
 * @throws ClusterError as `Api.request` does, CLUSTER_CONFLICT after several conflicts.
 */
export async function writeConditions(
  writer: Writer,
  pod: PodView,
  changesOf: (pod: PodView) => readonly Change[],
  signal: AbortSignal,
): Promise<Written | undefined> {
  let current = pod;
  for (let tries = 1; ; tries++) {
    const changes = changesOf(current);
    if (changes.length === 0) return { pod: current, changes };
    const answer = await patch(writer, current, changes, {
      accept: tries < mostTries ? [404, 409] : [404],
      signal,
    });
    if (answer.status === 404) return undefined;
    if (answer.status !== 409) return { pod: projectPod(answer.json as KubeObject), changes };
    await pause(backoffMs(tries, { firstMs: 20 }), signal);
    signal.throwIfAborted();
    const live = await read(writer, current, signal);
    if (live?.uid !== pod.uid) return undefined;
    current = live;
  }
}

function patch(
  { api }: Writer,
  pod: PodView,
  changes: readonly Change[],
  options: { readonly accept: readonly number[]; readonly signal: AbortSignal },
): ReturnType<Writer['api']['request']> {
  const { uid, resourceVersion } = pod;
  return api.request('PATCH', `${pathOf(pod)}/status`, {
    query: { fieldManager: gatesFieldManager },
    // Merges the list by the type of its conditions: the others are left as they are.
    contentType: 'application/strategic-merge-patch+json',
    body: {
      metadata: { uid, resourceVersion },
      status: { conditions: changes.map(({ condition }) => condition) },
    },
    ...options,
  });
}

async function read({ api }: Writer, pod: PodView, signal: AbortSignal): Promise<PodView | undefined> {
  const { status, json } = await api.request('GET', pathOf(pod), { accept: [404], signal });
  return status === 404 ? undefined : projectPod(json as KubeObject);
}

const pathOf = ({ namespace, name }: PodView): string => `/api/v1/namespaces/${namespace}/pods/${name}`;
