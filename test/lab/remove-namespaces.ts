import type { Cluster } from './cluster.ts';

/** Removes namespaces with all that is in them. @throws Error with kubectl's words when one does not go. */
export async function removeNamespaces(cluster: Cluster, ...names: readonly string[]): Promise<void> {
  const remove = async (...args: string[]): Promise<void> => {
    const { code, stderr } = await cluster.kubectl(['delete', ...args, '--timeout=300s']);
    if (code !== 0 || stderr !== '')
      throw new Error(`kubectl delete ${args.join(' ')} ended with ${code}: ${stderr}`);
  };
  // A Namespace is looked at again only after half of its pods' grace, so those go first.
  for (const name of names)
    await remove('-n', name, 'deployments,statefulsets', '--all', '--cascade=foreground');
  await remove('namespace', ...names);
}
