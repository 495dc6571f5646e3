import type { Setter } from '../kube/field-managers.ts';
import { operatorName } from '../operator/manifests/names.ts';
import { fieldManager } from '../model/names.ts';

/** Field managers and the commands that write as them. */
const commands: Readonly<Record<string, string>> = {
  'kubectl-set': 'kubectl set',
  'kubectl-edit': 'kubectl edit',
  'kubectl-patch': 'kubectl patch',
  'kubectl-client-side-apply': 'kubectl apply',
  kubectl: 'kubectl apply --server-side',
  'kubectl-rollout': 'kubectl rollout',
  'kubectl-label': 'kubectl label',
  helm: 'Helm',
  [fieldManager]: 'mooring apply',
  [operatorName]: 'the operator',
};

/** A manager by its command: `set by kubectl set at 2026-11-25T08:00:00Z`. */
export function setBy({ manager, at }: Setter): string {
  return `set by ${commands[manager] ?? manager}${at === undefined ? '' : ` at ${at}`}`;
}
