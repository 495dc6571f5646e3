import { isDeepStrictEqual } from 'node:util';
import type { Cluster } from '../kube/cluster.ts';
import type { KubeObject } from '../kube/objects.ts';

/**
 * Dry-runs the replacement of an object's fields by those of `wanted`: the API server fills in defaults, runs admission
 * and refuses unknown fields. A patch, since an apply needs that permission anyway.
 * @throws ApiError when it would be refused; 409 when it was written since it was read: the result would differ from
 * `live` in what that write changed.
 */
export async function replaceInDryRun(
  { api, discovery, fieldManager }: Cluster,
  live: KubeObject,
  wanted: KubeObject,
  signal?: AbortSignal,
): Promise<{ object: KubeObject; warnings: readonly string[] }> {
  const { json, warnings } = await api.request('PATCH', await discovery.pathOf(live), {
    query: { fieldManager, fieldValidation: 'Strict', dryRun: 'All' },
    contentType: 'application/json-patch+json',
    body: [
      ...replacements('', live, wanted, kept),
      ...replacements('/metadata', live.metadata, wanted.metadata),
      { op: 'replace', path: '/metadata/resourceVersion', value: live.metadata.resourceVersion },
    ],
    signal,
  });
  return { object: json as KubeObject, warnings };
}

/** Fields a patch may not change, and those that are left out of this one. */
const kept = ['apiVersion', 'kind', 'metadata', 'status'];

type Fields = Readonly<Record<string, unknown>>;

/** The operations of a JSON patch (RFC 6902) that make fields those of another object. */
function replacements(
  above: string,
  from: object,
  to: object,
  except: readonly string[] = [],
): { op: 'add' | 'remove'; path: string; value?: unknown }[] {
  const [before, after] = [from, to] as [Fields, Fields];
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((name) => !except.includes(name) && !isDeepStrictEqual(before[name], after[name]))
    .map((name) => {
      const path = `${above}/${name}`;
      return after[name] === undefined ? { op: 'remove', path } : { op: 'add', path, value: after[name] };
    });
}
