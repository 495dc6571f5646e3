import { chartIds } from './charts/stack-charts.ts';
import type { Stack } from '../contract/model.ts';

/** What was made, from what, and the command that comes next. */
export function nextSteps(stack: Stack, source: string, folder: string): string {
  const { name, namespace, createNamespace = true } = stack;
  const first = `kubectl apply -f ${folder}/${chartIds.namespace}.k8s.yaml`;
  return [
    `Stack "${name}" for namespace "${namespace}", from ${source}, is in ${folder}/.`,
    ...(createNamespace ? [] : [`The namespace "${namespace}" must exist: spec.createNamespace is false.`]),
    `Next:    kubectl apply -f ${folder}/`,
    `To try:  ${createNamespace ? `${first} && ` : ''}kubectl apply --dry-run=server -f ${folder}/`,
    '',
  ].join('\n');
}
