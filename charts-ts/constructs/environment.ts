import type { k8s } from 'cdk8s-plus-27';
import { environmentOf } from '../../model/environment.ts';
import type { Service, Stack } from '../../model/stack.ts';

/** A workload's environment: what goes into the ConfigMap and what must stand in the container. */
export interface SplitEnvironment {
  /** For the ConfigMap. */
  readonly values: Record<string, string>;
  /** For the container itself, in this order. */
  readonly inline: k8s.EnvVar[];
}

/**
 * Secrets are references in the container's `env`. Kubelet expands `$(NAME)` only there and only after NAME, so values
 * that refer to others follow the secrets. Everything else goes to the ConfigMap, also a `$(NAME)` in a variable that
 * may not refer: expanded, it would let a document print a secret.
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
