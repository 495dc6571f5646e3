import type { Cluster } from '../../kube/cluster.ts';
import type { RequestOf } from '../../kube/api.ts';
import { refusal } from '../../kube/api-errors.ts';
import type { KubeObject } from '../../kube/objects.ts';

/** A cluster that keeps objects by their path, without schemas and controllers. */
export interface MemoryCluster {
  readonly cluster: Cluster;
  readonly objects: Map<string, KubeObject>;
  /** `PATCH /Deployment/web` for each request that changes something, in order. */
  readonly writes: string[];
  /** An object by kind and name. */
  readonly find: (kind: string, name: string) => KubeObject | undefined;
}

/**
 * @param keepsDeleted a deleted object stays, with a deletionTimestamp, until a test takes it out of
 * `objects`, as with a finalizer.
 */
export function memoryCluster(initial: readonly KubeObject[], { keepsDeleted = false } = {}): MemoryCluster {
  const pathOf = ({ kind, metadata }: Pick<KubeObject, 'kind' | 'metadata'>): string =>
    `/${kind}/${metadata.name}`;
  const objects = new Map(initial.map((object) => [pathOf(object), object]));
  const writes: string[] = [];
  const write = (method: string, path: string, body: unknown): unknown => {
    writes.push(`${method} ${path}`);
    const live = objects.get(path);
    if (method === 'POST') objects.set(`${path}/${(body as KubeObject).metadata.name}`, body as KubeObject);
    if (method === 'PUT') objects.set(path, body as KubeObject);
    if (method === 'PATCH') objects.set(path, merged(live ?? {}, body) as KubeObject);
    if (method === 'DELETE' && live && keepsDeleted)
      objects.set(path, {
        ...live,
        metadata: { ...live.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' },
      });
    else if (method === 'DELETE') objects.delete(path);
    return objects.get(path);
  };
  const request = (method: string, path: string, { body, accept = [] }: RequestOf = {}) => {
    const isList = path.split('/').length === 2;
    if (method === 'GET' && isList) {
      const items = [...objects.values()].filter(({ kind }) => path === `/${kind}`);
      return Promise.resolve({ status: 200, json: { items }, warnings: [] });
    }
    const isMissing = !objects.has(path) && (method === 'GET' || method === 'PUT' || method === 'DELETE');
    if (!isMissing || accept.includes(404))
      return Promise.resolve({
        status: isMissing ? 404 : 200,
        json: method === 'GET' ? objects.get(path) : write(method, path, body),
        warnings: [],
      });
    const asked = { context: 'memory', server: 'memory', method, path };
    return Promise.reject(refusal(asked, { status: 404, json: '', isDenied: false }));
  };
  const discovery = {
    pathOf: (object: KubeObject) => Promise.resolve(pathOf(object)),
    collectionOf: (_version: string, kind: string) => Promise.resolve(`/${kind}`),
  };
  return {
    cluster: { api: { request }, discovery, fieldManager: 'test' } as unknown as Cluster,
    objects,
    writes,
    find: (kind, name) => objects.get(`/${kind}/${name}`),
  };
}

function merged(live: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch;
  const before = (typeof live === 'object' && live !== null ? live : {}) as Record<string, unknown>;
  return {
    ...before,
    ...Object.fromEntries(Object.entries(patch).map(([key, value]) => [key, merged(before[key], value)])),
  };
}
