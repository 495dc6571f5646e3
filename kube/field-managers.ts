import { has, type FieldPath, type FieldSet } from './fields.ts';
import type { KubeObject } from './objects.ts';

/** Who set a field, and when. */
export interface Setter {
  readonly manager: string;
  /** As the API server noted it, RFC 3339. */
  readonly at: string | undefined;
}

/** The managers that own a field of an object, the one who wrote last first. */
export function settersOf({ metadata }: KubeObject, path: FieldPath): Setter[] {
  return (metadata.managedFields ?? [])
    .filter(({ fieldsV1 }) => has((fieldsV1 ?? {}) as FieldSet, path))
    .map(({ manager = 'somebody', time }) => ({ manager, at: time }))
    .sort((a, b) => ((a.at ?? '') < (b.at ?? '') ? 1 : -1));
}

/** What people type that leaves these names behind. */
const commands: Readonly<Record<string, string>> = {
  'kubectl-set': 'kubectl set',
  'kubectl-edit': 'kubectl edit',
  'kubectl-patch': 'kubectl patch',
  'kubectl-client-side-apply': 'kubectl apply',
  kubectl: 'kubectl apply --server-side',
  'kubectl-rollout': 'kubectl rollout',
  'kubectl-label': 'kubectl label',
  helm: 'Helm',
  mooring: 'mooring apply',
};

/** A manager as people know it: `kubectl set`, at 2026-11-25T08:00:00Z. */
export function setBy({ manager, at }: Setter): string {
  return `set by ${commands[manager] ?? manager}${at === undefined ? '' : ` at ${at}`}`;
}
