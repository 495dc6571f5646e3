import { applyContentType } from './api.ts';
import { ApiError, type Conflict } from './cluster-error.ts';
import type { Cluster } from './cluster.ts';
import type { KubeObject } from './objects.ts';

export interface ApplyOptions {
  /** A server-side dry run. */
  readonly dryRun?: boolean;
  /** Take fields that another manager owns. */
  readonly force?: boolean;
  readonly signal?: AbortSignal | undefined;
}

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
  { dryRun = false, force = false, signal }: ApplyOptions = {},
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
      body: object,
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
