import { inject } from 'vitest';
import { connectTo, type ApiServer } from '../../servers/kubernetes/api-server.ts';
import { Unavailable } from '../../servers/unavailable.ts';
import type {} from './shared.ts';

/**
 * The API server with ChatStacks that the project's files share. A file that uses it runs no controllers of Kubernetes,
 * changes nothing outside of namespaces of its own, and its operators look at one of them only.
 */
export function sharedServer(): Promise<ApiServer> {
  const provided = inject('chatStacksServer');
  return 'unavailable' in provided
    ? Promise.reject(new Unavailable(...provided.unavailable))
    : Promise.resolve(connectTo(provided));
}
