import type { KubeObject } from '../../../cluster/objects.ts';

/** What people write of an object: everything but what the API server counts and notes for itself. */
export function contentOf({ metadata, ...object }: KubeObject): object {
  const { name, namespace, labels, annotations } = metadata;
  const fields = Object.entries(object).filter(([field]) => field !== 'status');
  return { ...Object.fromEntries(fields), metadata: { name, namespace, labels, annotations } };
}
