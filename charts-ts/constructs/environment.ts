import type { k8s } from 'cdk8s-plus-27';
import { environmentOf } from '../../model/environment.ts';
import type { Service, Stack } from '../../model/stack.ts';

/** A workload's environment, divided by how the manifests must carry it. */
export interface SplitEnvironment {
  /** For the ConfigMap. */
  readonly values: Record<string, string>;
  /** For the container itself, in this order. */
  readonly inline: k8s.EnvVar[];
}

/**
 * Secrets come by reference. A value that refers to another variable, `$(NAME)`, is only expanded in the container's
 * own list, and only if NAME stands before it: so it follows the secrets there. Everything else goes to the ConfigMap,
 * also a `$(NAME)` in a variable whose value is a text: a document could show a secret by it.
 */
export function splitEnvironment(stack: Stack, service: Service): SplitEnvironment {
  const values: Record<string, string> = {};
  const secrets: k8s.EnvVar[] = [];
  const expanded: k8s.EnvVar[] = [];
  const environment = environmentOf(stack, service);
  const names = new Set(environment.map(({ name }) => name));
  for (const variable of environment) {
    const { name } = variable;
    if ('secret' in variable) secrets.push({ name, valueFrom: { secretKeyRef: { ...variable.secret } } });
    else if (service.variables?.[name]?.refers && refersTo(variable.value, names))
      expanded.push({ name, value: variable.value });
    else values[name] = variable.value;
  }
  return { values, inline: [...secrets, ...expanded] };
}

const refersTo = (value: string, names: ReadonlySet<string>): boolean =>
  [...value.matchAll(/\$\(([A-Za-z_][A-Za-z0-9_]*)\)/g)].some(([, name = '']) => names.has(name));
