import { ApiError } from './cluster-error.ts';
import { fieldManager, type Cluster } from './cluster.ts';
import type { KubeObject } from './objects.ts';

export interface ApplyOptions {
  /** Only ask what would be. */
  readonly dryRun?: boolean;
  /** Take fields that another manager owns. */
  readonly force?: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** A field that is to be changed and belongs to somebody else. */
export interface Conflict {
  readonly manager: string;
  /** As the API server writes it: `.spec.template.spec.containers[name="backend"].image`. */
  readonly field: string;
}

export type Applied =
  | { readonly object: KubeObject; readonly warnings: readonly string[] }
  | { readonly conflicts: readonly Conflict[] };

/**
 * Server-side apply of one object as `mooring`, an unknown field being an error. Answers the object as it then is, or
 * whom it conflicts with.
 * @throws ApiError when it is refused for any other reason.
 */
export async function applyObject(
  { api, discovery }: Cluster,
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
      contentType: 'application/apply-patch+yaml',
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

/** The object as it is, or `undefined`. Throws as a request does. */
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
