import { chartIds } from './charts/stack-charts.ts';
import { environmentOf, generatedSecretKeys, stackSecretName } from '../model/environment.ts';
import { isWorkload, type Stack } from '../model/stack.ts';

/**
 * Lines for a terminal: what was written, what must exist already, and the next command.
 * @param folder where the manifests are, as the user would type it.
 */
export function nextSteps(stack: Stack, source: string, folder: string): string {
  const { name, namespace, createNamespace = true } = stack;
  const first = `kubectl apply -f ${folder}/${chartIds.namespace}.k8s.yaml`;
  return [
    `Stack "${name}" for namespace "${namespace}", from ${source}, is in ${folder}/.`,
    ...(createNamespace ? [] : [`Must exist: namespace ${namespace} (spec.createNamespace is false)`]),
    ...secretsToKeep(stack).map(([secret, keys]) => `Must exist: Secret ${secret} with ${keys.join(', ')}`),
    `Next:    kubectl apply -f ${folder}/`,
    `To try:  ${createNamespace ? `${first} && ` : ''}kubectl apply --dry-run=server -f ${folder}/`,
    '',
  ].join('\n');
}

/** The Secrets the pods read that are not in the manifests, with the keys they read, sorted. */
function secretsToKeep(stack: Stack): [name: string, keys: string[]][] {
  const own = generatedSecretKeys(stack).length > 0 ? stackSecretName(stack) : undefined;
  const needed = new Map<string, Set<string>>();
  for (const service of stack.services.filter(isWorkload))
    for (const variable of environmentOf(stack, service)) {
      if (!('secret' in variable) || variable.secret.name === own) continue;
      const { name, key } = variable.secret;
      needed.set(name, (needed.get(name) ?? new Set()).add(key));
    }
  return [...needed].sort().map(([name, keys]) => [name, [...keys].sort()]);
}
