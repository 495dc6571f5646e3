import type { APIResourceList } from 'kubernetes-types/meta/v1.js';
import type { Api } from './api.ts';
import { ClusterError } from './cluster-error.ts';
import type { KubeObject } from './objects.ts';

/** A kind as the API server serves it. */
export interface Resource {
  readonly apiVersion: string;
  readonly kind: string;
  /** Its name in paths, such as `statefulsets`. */
  readonly plural: string;
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
}

/** The kinds a cluster serves. A kind that was found is not requested again; one that was absent is, at each call. */
export interface Discovery {
  /** The resource behind a kind, or `undefined` when the cluster does not serve it. */
  find(apiVersion: string, kind: string): Promise<Resource | undefined>;
  /** @throws ClusterError PREFLIGHT_FAILED when the cluster does not serve the object's kind. */
  pathOf(object: Pick<KubeObject, 'apiVersion' | 'kind' | 'metadata'>): Promise<string>;
  /** The path of a kind's collection, in a namespace or in all. Throws as `pathOf` does. */
  collectionOf(apiVersion: string, kind: string, namespace?: string): Promise<string>;
}

export function discoveryOf(api: Api): Discovery {
  const served = new Map<string, readonly Resource[]>();
  const asking = new Map<string, Promise<readonly Resource[]>>();
  const ask = (apiVersion: string): Promise<readonly Resource[]> => {
    // Only what was answered is kept: after a failure the next call asks again.
    const answer = resourcesServed(api, apiVersion)
      .then((resources) => {
        served.set(apiVersion, resources);
        return resources;
      })
      .finally(() => asking.delete(apiVersion));
    asking.set(apiVersion, answer);
    return answer;
  };
  const find: Discovery['find'] = async (apiVersion, kind) => {
    const isKind = (resource: Resource): boolean => resource.kind === kind;
    const known = served.get(apiVersion)?.find(isKind);
    return known ?? (await (asking.get(apiVersion) ?? ask(apiVersion))).find(isKind);
  };
  const collectionOf: Discovery['collectionOf'] = async (apiVersion, kind, namespace) => {
    const resource = await find(apiVersion, kind);
    if (!resource)
      throw new ClusterError(
        'PREFLIGHT_FAILED',
        `The cluster does not serve ${kind} of ${apiVersion}: it is older or newer than what this program supports.`,
        { reason: 'KindNotServed' },
      );
    return pathOfResource(resource, namespace);
  };
  return {
    find,
    collectionOf,
    pathOf: async ({ apiVersion, kind, metadata }) =>
      `${await collectionOf(apiVersion, kind, metadata.namespace)}/${metadata.name}`,
  };
}

/** The path of a resource's collection, or of one object of it. */
export function pathOfResource(
  resource: Pick<Resource, 'apiVersion' | 'plural' | 'namespaced'>,
  namespace?: string,
  name?: string,
): string {
  const inNamespace = resource.namespaced && namespace !== undefined ? `/namespaces/${namespace}` : '';
  return `${rootOf(resource.apiVersion)}${inNamespace}/${resource.plural}${name === undefined ? '' : `/${name}`}`;
}

const rootOf = (apiVersion: string): string =>
  apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;

async function resourcesServed(api: Api, apiVersion: string): Promise<readonly Resource[]> {
  const { status, json } = await api.request('GET', rootOf(apiVersion), { accept: [404] });
  if (status === 404) return [];
  return (json as APIResourceList).resources
    .filter(({ name }) => !name.includes('/'))
    .map(({ name, kind, namespaced, verbs }) => ({ apiVersion, kind, plural: name, namespaced, verbs }));
}
