import { applyContentType } from './api.ts';
import { ApiError, type Conflict } from './cluster-error.ts';
import type { Cluster } from './cluster.ts';
import type { KubeObject } from './objects.ts';

export interface ApplyOptions {
  /** A server-side dry run. */
  readonly dryRun?: boolean;
  /** Take fields that another manager owns. */
  readonly force?: boolean;
  /** What the live object's must be, or `absentVersion`; another one is an ApiError 409. Absent: any, or none. */
  readonly resourceVersion?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * No object has it, since the first write of an etcd is its revision 2: an apply with it creates an object, and conflicts
 * with one that is there.
 */
export const absentVersion = '1';

export type Applied =
  | { readonly object: KubeObject; readonly warnings: readonly string[] }
  | { readonly conflicts: readonly Conflict[] };

/**
 * Server-side apply of one object as the cluster's field manager; an unknown field is an error. Returns the resulting
 * object, or the conflicts.
 * @throws ApiError when it is refused for any other reason.
 */
export async function applyObject(
  { api, discovery, fieldManager }: Cluster,
  object: KubeObject,
  { dryRun = false, force = false, resourceVersion, signal }: ApplyOptions = {},
): Promise<Applied> {
  const query = {
    fieldManager,
    fieldValidation: 'Strict',
    ...(force ? { force: 'true' } : {}),
    ...(dryRun ? { dryRun: 'All' } : {}),
  };
  try {
    const { json, warnings } = await api.request('PATCH', await discovery.pathOf(object), {
      query,
      body: atVersion(object, resourceVersion),
      contentType: applyContentType,
      signal,
    });
    return { object: json as KubeObject, warnings };
  } catch (error) {
    const conflicts = error instanceof ApiError ? conflictsOf(error) : [];
    if (conflicts.length === 0) throw error;
    return { conflicts };
  }
}

const atVersion = (object: KubeObject, resourceVersion: string | undefined): KubeObject =>
  resourceVersion === undefined ? object : { ...object, metadata: { ...object.metadata, resourceVersion } };

function conflictsOf({ causes }: ApiError): Conflict[] {
  return causes
    .filter(({ reason }) => reason === 'FieldManagerConflict')
    .map(({ message = '', field = '' }) => ({
      manager: /^conflict with "([^"]+)"/.exec(message)?.[1] ?? message,
      field,
    }));
}

/** The live object, or `undefined`. Throws as a request does. */
export async function readObject(
  { api, discovery }: Cluster,
  object: Pick<KubeObject, 'apiVersion' | 'kind' | 'metadata'>,
  signal?: AbortSignal,
): Promise<KubeObject | undefined> {
  const { status, json } = await api.request('GET', await discovery.pathOf(object), {
    accept: [404],
    signal,
  });
  return status === 404 ? undefined : (json as KubeObject);
}
