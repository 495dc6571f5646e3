import type { APIGroupList, APIResourceList } from 'kubernetes-types/meta/v1.js';
import type { Cluster } from '../kube/cluster.ts';
import type { KubeObject, Metadata } from '../kube/objects.ts';

/** Objects the cluster itself makes in every namespace, and kinds that only report on others. */
const byItself =
  /^(Event|Endpoints|EndpointSlice|ControllerRevision|PodMetrics|Lease) |^(ConfigMap kube-root-ca\.crt|ServiceAccount default)$/;

/**
 * Everything that was created in a namespace and that deleting it would delete. Objects with an owner are left out, and
 * kinds the user may not list.
 */
export async function namespaceContents(
  { api }: Cluster,
  namespace: string,
  signal?: AbortSignal,
): Promise<Pick<KubeObject, 'kind' | 'metadata'>[]> {
  const { json } = await api.request('GET', '/apis', { signal });
  const groups = (json as APIGroupList).groups.flatMap(({ preferredVersion }) =>
    preferredVersion ? [`/apis/${preferredVersion.groupVersion}`] : [],
  );
  const found = await Promise.all(
    ['/api/v1', ...groups].map(async (root) => {
      const { status, json: list } = await api.request('GET', root, { accept: [403, 404, 503], signal });
      const resources = status === 200 ? (list as APIResourceList).resources : [];
      const listed = resources.filter(
        ({ name, namespaced, verbs }) => namespaced && verbs.includes('list') && !name.includes('/'),
      );
      return Promise.all(
        listed.map(async ({ name, kind }) => {
          const path = `${root}/namespaces/${namespace}/${name}`;
          const answer = await api.request('GET', path, { accept: [403, 404, 405, 503], signal });
          const items =
            answer.status === 200 ? (answer.json as { items: { metadata: Metadata }[] }).items : [];
          return items.map(({ metadata }) => ({ kind, metadata }));
        }),
      );
    }),
  );
  return found
    .flat(2)
    .filter(
      ({ kind, metadata }) => !metadata.ownerReferences?.length && !byItself.test(`${kind} ${metadata.name}`),
    );
}
