import type {
  ResourceAttributes,
  SelfSubjectAccessReview,
  SelfSubjectAccessReviewSpec,
} from 'kubernetes-types/authorization/v1.js';
import { ApiError } from './cluster-error.ts';

export const accessReviewPath = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';

/** Sends requests to the API server. */
interface Requester {
  request(
    method: string,
    path: string,
    options: { body: unknown; signal: AbortSignal | undefined },
  ): Promise<{ readonly json: unknown }>;
}

/** Whether the API server's authorizer allows the context's user a request. Throws as a request does. */
export async function isAllowed(
  api: Requester,
  spec: SelfSubjectAccessReviewSpec,
  signal?: AbortSignal,
): Promise<boolean> {
  const body = { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview', spec };
  const { json } = await api.request('POST', accessReviewPath, { body, signal });
  return (json as SelfSubjectAccessReview).status?.allowed === true;
}

/** A request as the authorizer sees it. */
export interface Attributes {
  readonly verb: string;
  /** Absent for a path that is no resource, such as `/version`. */
  readonly resource?: string;
  readonly spec: SelfSubjectAccessReviewSpec;
}

const verbs: Readonly<Record<string, string>> = { POST: 'create', PUT: 'update', PATCH: 'patch' };

/** The authorizer's attributes of a request: verb and resource, from its method and path. */
export function attributesOf(method: string, path: string): Attributes {
  const [, group = '', rest] = /^\/(?:api|apis\/([^/]+))\/[^/]+\/(.+)$/.exec(path) ?? [];
  if (rest === undefined) {
    const verb = method.toLowerCase();
    return { verb, spec: { nonResourceAttributes: { verb, path } } };
  }
  const place = placeIn(rest.split('/'));
  const verb = verbs[method] ?? plainVerb(method, place.name !== undefined);
  return {
    verb,
    resource: [place.resource, place.subresource].filter((part) => part !== undefined).join('/'),
    spec: { resourceAttributes: { verb, group, ...place } },
  };
}

/** The authorizer's attributes of a watch of a collection. */
export function attributesOfWatch(path: string): Attributes {
  const { resource, spec } = attributesOf('GET', path);
  const { resourceAttributes } = spec;
  return {
    verb: 'watch',
    ...(resource === undefined ? {} : { resource }),
    spec: resourceAttributes ? { resourceAttributes: { ...resourceAttributes, verb: 'watch' } } : spec,
  };
}

/** Splits `namespaces/shop/pods/demo-0/log` or `nodes/one` into namespace, resource, name and subresource. */
function placeIn(parts: readonly string[]): Omit<ResourceAttributes, 'verb' | 'group'> {
  const isNamespaced = parts[0] === 'namespaces' && parts.length > 2;
  const [resource, name, subresource] = isNamespaced ? parts.slice(2) : parts;
  const place = { namespace: isNamespaced ? parts[1] : undefined, resource, name, subresource };
  return Object.fromEntries(Object.entries(place).filter(([, part]) => part !== undefined));
}

function plainVerb(method: string, isOne: boolean): string {
  if (method === 'DELETE') return isOne ? 'delete' : 'deletecollection';
  return isOne ? 'get' : 'list';
}

/**
 * Whether a 403 came from the authorizer: quotas and admission answer 403 too, and a `Status` does not distinguish
 * them. A refused review counts as denied.
 * @param creates the request also needs `create`, as an apply of an absent object does.
 */
export async function isDenied(
  api: Requester,
  { spec }: Attributes,
  { creates, signal }: { creates: boolean; signal: AbortSignal | undefined },
): Promise<boolean> {
  const { resourceAttributes } = spec;
  const needed =
    creates && resourceAttributes
      ? [spec, { resourceAttributes: { ...resourceAttributes, verb: 'create' } }]
      : [spec];
  try {
    const allowed = await Promise.all(needed.map((one) => isAllowed(api, one, signal)));
    return allowed.includes(false);
  } catch (error) {
    if (error instanceof ApiError && error.status === 403) return true;
    throw error;
  }
}
