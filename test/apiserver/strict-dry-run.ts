import { ApiError } from '../../kube/cluster-error.ts';
import type { Cluster } from '../../kube/cluster.ts';
import type { KubeObject } from '../../kube/objects.ts';

export interface Refusal {
  readonly message: string;
  /** It is no object of its kind's schema; else its values are refused, as a Deployment without containers is. */
  readonly bySchema: boolean;
}

/** What the API server says of an object in a strict dry run; `undefined` where it takes it. */
export async function refusal(cluster: Cluster, object: KubeObject): Promise<Refusal | undefined> {
  const { name, namespace } = object.metadata;
  const path = await cluster.discovery.pathOf({
    ...object,
    // The path of the collection is taken, also of an object without a name.
    metadata: { name: name || 'x', ...(namespace ? { namespace } : {}) },
  });
  try {
    await cluster.api.request('POST', path.replace(/\/[^/]+$/, ''), {
      query: { dryRun: 'All', fieldValidation: 'Strict' },
      body: object,
    });
    return undefined;
  } catch (error) {
    if (error instanceof ApiError) return { message: error.message, bySchema: error.status === 400 };
    throw error;
  }
}
