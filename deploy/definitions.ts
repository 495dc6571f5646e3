import type { CustomResourceDefinitionStatus } from 'kubernetes-types/apiextensions/v1.js';
import type { Cluster } from '../kube/cluster.ts';
import { nameOf, type KubeObject } from '../kube/objects.ts';
import { readObject } from '../kube/server-side-apply.ts';
import type { StepResult } from './step.ts';

/** It takes the API server less than a second. */
const requeueAfterMs = 200;

/**
 * Whether the API server takes resources of every applied CustomResourceDefinition; done with how many there are.
 * Throws as a request does.
 */
export async function definitionsEstablished(
  cluster: Cluster,
  definitions: readonly KubeObject[],
  signal?: AbortSignal,
): Promise<StepResult<number>> {
  for (const definition of definitions) {
    const live = await readObject(cluster, definition, signal);
    if (!isEstablished(live))
      return {
        requeueAfterMs,
        pending: `${nameOf(definition)} is not established`,
        reason: 'DefinitionPending',
      };
  }
  return { done: definitions.length };
}

function isEstablished(live: KubeObject | undefined): boolean {
  const { conditions = [] } = (live?.['status'] ?? {}) as Partial<CustomResourceDefinitionStatus>;
  return conditions.some(({ type, status }) => type === 'Established' && status === 'True');
}
