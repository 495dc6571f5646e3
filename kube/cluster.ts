import { connect, type Api } from './api.ts';
import { discoveryOf, type Discovery } from './discovery.ts';
import type { Choice } from './kubeconfig.ts';

/** A cluster as used by one field manager: its API and discovery. */
export interface Cluster {
  readonly api: Api;
  readonly discovery: Discovery;
  /** The owner of every field that is applied. */
  readonly fieldManager: string;
}

/** The cluster of a context. Throws as `connect` does. */
export function openCluster(choice: Choice, fieldManager: string): Cluster {
  const api = connect(choice);
  return { api, discovery: discoveryOf(api), fieldManager };
}
