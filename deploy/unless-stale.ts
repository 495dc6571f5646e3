import { isClusterError } from '../kube/cluster-error.ts';

/** An object's status is written by its controller, or the object deleted: so often it is read anew. */
const mostTries = 4;

/** Reads and writes an object; anew where it was written, or deleted, between the two. */
export async function unlessStale<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++)
    try {
      return await work();
    } catch (error) {
      if (!isStale(error) || tries === mostTries) throw error;
    }
}

const isStale = (error: unknown): boolean =>
  isClusterError(error, 'CLUSTER_CONFLICT') || isClusterError(error, 'NOT_FOUND_IN_CLUSTER');
