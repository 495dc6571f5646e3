import { has, type FieldPath, type FieldSet } from './fields.ts';
import type { KubeObject, ManagedFields } from './objects.ts';

/** Who set a field, and when. */
export interface Setter {
  readonly manager: string;
  /** As the API server noted it, RFC 3339. */
  readonly at: string | undefined;
}

/** Entries of managed fields, the one whose manager wrote last first. */
export const byLastWrite = (managed: readonly ManagedFields[]): ManagedFields[] =>
  [...managed].sort((a, b) => ((a.time ?? '') < (b.time ?? '') ? 1 : -1));

/** The managers that own a field of an object, the one who wrote last first. */
export const settersOf = ({ metadata }: KubeObject, path: FieldPath): Setter[] =>
  byLastWrite(metadata.managedFields ?? [])
    .filter(({ fieldsV1 }) => has((fieldsV1 ?? {}) as FieldSet, path))
    .map(({ manager = 'somebody', time }) => ({ manager, at: time }));

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
