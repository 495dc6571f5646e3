import { chatStack } from '../../contract/chat-stack.ts';
import { environmentOf, generatedSecretKeys } from '../../model/environment.ts';
import type { Service, Stack } from '../../model/stack.ts';
import { readChatStack } from '../../contract/read-chat-stack.ts';
import type { Manifest } from '../../charts-ts/render.ts';

/** The stack of a document whose `spec` (and `metadata`) is this. */
export const stackOf = (spec: object = {}, metadata: object = {}): Stack =>
  chatStack(readChatStack({ spec, metadata }, 'a test'));

/** The smallest document of each preset. */
export const presetDocuments = {
  dev: {},
  staging: { preset: 'staging' },
  production: {
    preset: 'production',
    secrets: { existingSecret: 'kept-elsewhere' },
    auth: { mode: 'jwt', jwksUrl: 'https://id.example.com/keys' },
    ingress: { host: 'chat.example.com', className: 'nginx', tlsSecret: 'chat-tls' },
  },
} as const;

/** A value for every key of the stack's own Secret; none of them secret. */
export const fakeSecrets = (stack: Stack): Record<string, string> =>
  Object.fromEntries(generatedSecretKeys(stack).map(({ key }) => [key, `value-of-${key}`]));

export const idOf = ({ kind, metadata }: Manifest): string => `${kind} ${metadata.name}`;

/** The object of that kind and name. */
export function pick(objects: readonly Manifest[], kind: string, name: string): Manifest {
  const found = objects.find((object) => object.kind === kind && object.metadata.name === name);
  if (!found) throw new Error(`There is no ${kind} ${name}, only ${objects.map(idOf).join(', ')}.`);
  return found;
}

/** What stands at a path such as `spec.template.spec.containers.0`; `undefined` where nothing does. */
export function at(object: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>(
      (value, key) =>
        typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined,
      object,
    );
}

export const workloadsOf = (objects: readonly Manifest[]): Manifest[] =>
  objects.filter(({ kind }) => kind === 'Deployment' || kind === 'StatefulSet');

interface EnvVar {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: { readonly secretKeyRef: { readonly name: string; readonly key: string } };
}

/** The environment kubelet would give a workload's container: its ConfigMap, then its own list, `$(NAME)` expanded. */
export function containerEnv(objects: readonly Manifest[], workload: Manifest): Record<string, string> {
  const container = at(workload, 'spec.template.spec.containers.0');
  const source = at(container, 'envFrom.0.configMapRef.name');
  const env: Record<string, string> =
    typeof source === 'string' ? { ...(pick(objects, 'ConfigMap', source)['data'] as object) } : {};
  for (const { name, value, valueFrom } of (at(container, 'env') ?? []) as EnvVar[])
    env[name] = valueFrom
      ? `value-of-${valueFrom.secretKeyRef.key}`
      : (value ?? '').replaceAll(/\$\((\w+)\)/g, (whole, other: string) => env[other] ?? whole);
  return env;
}

/** What the contract wants a service to be given, with the same stand-ins for secrets. */
export const wantedEnv = (stack: Stack, service: Service): Record<string, string> =>
  Object.fromEntries(
    environmentOf(stack, service).map((variable) => [
      variable.name,
      'value' in variable ? variable.value : `value-of-${variable.secret.key}`,
    ]),
  );
