import { isAllowed } from '../../kube/access-review.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { groupOf, type KubeObject } from '../../kube/objects.ts';

/** A permission that an apply needs. `subresource` as in `pods/log`. */
interface Need {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource?: string;
  readonly namespace?: string;
}

/** Permissions for watching the rollout and checking the stack. */
const besides: readonly Omit<Need, 'namespace'>[] = [
  { verb: 'get', group: '', resource: 'secrets' },
  { verb: 'create', group: '', resource: 'secrets' },
  { verb: 'update', group: '', resource: 'configmaps' },
  { verb: 'create', group: 'coordination.k8s.io', resource: 'leases' },
  { verb: 'update', group: 'coordination.k8s.io', resource: 'leases' },
  { verb: 'list', group: '', resource: 'pods' },
  { verb: 'list', group: 'apps', resource: 'replicasets' },
  { verb: 'list', group: '', resource: 'events' },
  { verb: 'get', group: '', resource: 'pods', subresource: 'log' },
  { verb: 'get', group: '', resource: 'pods', subresource: 'portforward' },
  { verb: 'create', group: '', resource: 'pods', subresource: 'portforward' },
  { verb: 'list', group: 'discovery.k8s.io', resource: 'endpointslices' },
];

/** The permissions an apply needs and the context's user lacks. */
export async function missingPermissions(
  cluster: Cluster,
  objects: readonly KubeObject[],
  namespace: string,
  signal?: AbortSignal,
): Promise<string[]> {
  const needs = [
    ...(await needsOf(cluster, objects)),
    ...besides.map((need): Need => ({ ...need, namespace })),
  ];
  const allowed = await Promise.all(
    needs.map((need) => isAllowed(cluster.api, { resourceAttributes: need }, signal)),
  );
  return needs.filter((_, index) => !allowed[index]).map(describe);
}

/** Server-side apply needs `patch`, and `create` for an absent object. */
async function needsOf({ discovery }: Cluster, objects: readonly KubeObject[]): Promise<Need[]> {
  const kinds = new Map(objects.map((object) => [`${object.apiVersion} ${object.kind}`, object]));
  const needs = await Promise.all(
    [...kinds.values()].map(async ({ apiVersion, kind, metadata }) => {
      const resource = await discovery.find(apiVersion, kind);
      if (!resource) return [];
      const group = groupOf(apiVersion);
      const where = resource.namespaced && metadata.namespace ? { namespace: metadata.namespace } : {};
      return ['get', 'patch', 'create'].map((verb): Need => ({
        verb,
        group,
        resource: resource.plural,
        ...where,
      }));
    }),
  );
  return needs.flat();
}

function describe({ verb, group, resource, subresource, namespace }: Need): string {
  const what = `${resource}${subresource ? `/${subresource}` : ''}${group ? `.${group}` : ''}`;
  return `permission to ${verb} ${what}${namespace ? ` in namespace ${namespace}` : ''}`;
}
