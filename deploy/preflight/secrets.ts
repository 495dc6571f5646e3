import type { Secret } from 'kubernetes-types/core/v1.js';
import { environmentOf, generatedSecretKeys, stackSecretName } from '../../model/environment.ts';
import { isWorkload, type Stack } from '../../model/stack.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { secretProblems } from '../../model/secret-problems.ts';
import type { KubeObject } from '../../kube/objects.ts';
import { unmarkedSecretText } from '../ownership.ts';
import { nextSecretName, valuesIn } from '../secret.ts';

/**
 * What is missing of the Secrets that the user manages: whole Secrets, keys, or values their readers accept. The
 * stack's own Secret may be missing, but the values in it are checked too.
 */
export async function missingSecrets(
  cluster: Cluster,
  stack: Stack,
  signal?: AbortSignal,
): Promise<string[]> {
  const needs = [...keptSecrets(stack)].sort(([a], [b]) => (a < b ? -1 : 1));
  const found = await Promise.all(
    needs.map(([name, keys]) => problemOf(cluster, { stack, name, keys, signal })),
  );
  return [...found.flat(), ...(await unusableOwn(cluster, stack, signal))];
}

async function unusableOwn({ api }: Cluster, stack: Stack, signal?: AbortSignal): Promise<string[]> {
  if (generatedSecretKeys(stack).length === 0) return [];
  const found = [stackSecretName(stack), nextSecretName(stack)].map(async (name) => {
    const path = `/api/v1/namespaces/${stack.namespace}/secrets/${name}`;
    const { status, json } = await api.request('GET', path, { accept: [403, 404], signal });
    if (status === 403 || status === 404) return [];
    const anothers = unmarkedSecretText(stack, json as KubeObject);
    if (anothers !== undefined) return [`a Secret of its own: ${anothers}`];
    return unusable(stack, name, json as object, stackSecretName(stack));
  });
  return (await Promise.all(found)).flat();
}

/** Values of the Secret `name` that the readers of the Secret `read` would refuse. */
function unusable(stack: Stack, name: string, secret: object, read = name): string[] {
  const problems = secretProblems(stack, read, valuesIn(secret));
  return problems.length > 0 ? [`usable values in Secret "${name}": ${problems.join('; ')}`] : [];
}

/** The name of each Secret the user manages → the keys that are read from it; none for a pull secret. */
function keptSecrets(stack: Stack): Map<string, Set<string>> {
  const own = generatedSecretKeys(stack).length > 0 ? stackSecretName(stack) : undefined;
  const needed = new Map<string, Set<string>>(
    (stack.imagePullSecrets ?? []).map((name) => [name, new Set()]),
  );
  for (const service of stack.services.filter(isWorkload))
    for (const variable of environmentOf(stack, service))
      if ('secret' in variable && variable.secret.name !== own)
        needed.set(
          variable.secret.name,
          (needed.get(variable.secret.name) ?? new Set()).add(variable.secret.key),
        );
  return needed;
}

async function problemOf(
  { api }: Cluster,
  {
    stack,
    name,
    keys,
    signal,
  }: { stack: Stack; name: string; keys: Set<string>; signal: AbortSignal | undefined },
): Promise<string[]> {
  const { namespace } = stack;
  const path = `/api/v1/namespaces/${namespace}/secrets/${name}`;
  const { status, json } = await api.request('GET', path, { accept: [403, 404], signal });
  const wanted = keys.size > 0 ? ` with ${[...keys].join(', ')}` : ', which the images are pulled with';
  if (status === 404) return [`Secret "${name}"${wanted} in namespace ${namespace}`];
  if (status === 403) return [];
  const { data = {}, type } = json as Secret;
  const lacking = [...keys].filter((key) => !(key in data));
  if (keys.size === 0 && !/dockerconfigjson|dockercfg/.test(type ?? ''))
    return [`Secret "${name}" of type kubernetes.io/dockerconfigjson; it is of type ${type ?? 'Opaque'}`];
  if (lacking.length > 0) return [`${lacking.join(', ')} in Secret "${name}"`];
  return unusable(stack, name, { data });
}
