import { connect, type Api } from './api.ts';
import { discoveryOf, type Discovery } from './discovery.ts';
import type { Choice } from './kubeconfig.ts';

/** A cluster as commands use it: its API, and where its kinds are served. */
export interface Cluster {
  readonly api: Api;
  readonly discovery: Discovery;
}

/** The cluster of a context. Throws as `connect` does. */
export function openCluster(choice: Choice = {}): Cluster {
  const api = connect(choice);
  return { api, discovery: discoveryOf(api) };
}

/** Who Mooring is to the API server: the owner of every field it applies. */
export const fieldManager = 'mooring';
