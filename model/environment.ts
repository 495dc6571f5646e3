import {
  dialledPort,
  type Binding,
  type Edge,
  type SecretRef,
  type Service,
  type Stack,
  type FilledStack,
} from './stack.ts';
import { suffixes, workloadName } from './names.ts';
import { urlFrom, type UrlParts } from './url-template.ts';
import { asText } from './variable.ts';

/** One variable of a container as the manifests write it, and where its value comes from. */
export type EnvValue = { readonly name: string; readonly from: string } & (
  { readonly value: string } | { readonly secret: SecretRef }
);

/** The service called `name`. @throws RangeError when the stack has none. */
export function serviceOf(stack: FilledStack, name: string): Service {
  const service = stack.services.find((candidate) => candidate.name === name);
  if (!service) throw new RangeError(`The stack "${stack.name}" has no service "${name}".`);
  return service;
}

/** What peers dial to reach `service`: its Service's name in the cluster, its own address elsewhere. */
export function hostOf(stack: FilledStack, service: Service): string {
  return service.kind === 'external' ? service.host : workloadName(stack.name, service.name);
}

/** The Secret and key that hold `secret` of `service`. */
export function secretRefOf(stack: FilledStack, service: Service, secret: string): SecretRef {
  const ref = service.secrets?.[secret]?.ref;
  if (ref) return ref;
  return { name: stack.existingSecret ?? stackSecretName(stack), key: `${service.name}-${secret}` };
}

/** The one Secret a stack makes for itself. */
export function stackSecretName(stack: Pick<FilledStack, 'name'>): string {
  return workloadName(stack.name, suffixes.secrets);
}

/** The name of a stack's history (a ConfigMap) and of the Lease that its current apply holds. */
export function stackHistoryName(stack: Pick<FilledStack, 'name'>): string {
  return workloadName(stack.name, suffixes.history);
}

/** The keys of the stack's own Secret with what each is for; empty when the user keeps them all. */
export function generatedSecretKeys(stack: FilledStack): { readonly key: string; readonly doc: string }[] {
  if (stack.existingSecret !== undefined) return [];
  return stack.services.flatMap((service) =>
    Object.entries(service.secrets ?? {})
      .filter(([, source]) => source.ref === undefined)
      .map(([secret, source]) => ({ key: secretRefOf(stack, service, secret).key, doc: source.doc })),
  );
}

/** The variables that an edge sets. */
export function boundBy({ host, port, tls, user, secrets = {}, urls = {} }: Binding): string[] {
  const names = [host, port, tls, user, ...Object.values(secrets), ...Object.keys(urls)];
  return names.filter((name) => name !== undefined);
}

/** What the URLs of an edge are made of. */
export function urlPartsOf(stack: FilledStack, { to, port: name, binds }: Edge): UrlParts | undefined {
  const target = serviceOf(stack, to);
  const port = target.ports[name];
  if (port === undefined) return undefined;
  const { secrets = {} } = binds;
  return { host: hostOf(stack, target), port: dialledPort(port), user: target.user, secrets };
}

/** Every binding of a variable of `service`: the variable's name, and what binds it. */
export function boundVariables(service: Service): [name: string, by: string][] {
  const fromEdge = (edge: Edge): [string, string][] =>
    boundBy(edge.binds).map((name) => [name, `the edge to ${edge.to}:${edge.port}`]);
  return [
    ...(service.edges ?? []).flatMap(fromEdge),
    ...Object.entries(service.ownPorts ?? {}).map(([port, name]): [string, string] => [
      name,
      `its own port "${port}"`,
    ]),
    ...Object.entries(service.ownSecrets ?? {}).map(([secret, name]): [string, string] => [
      name,
      `its own secret "${secret}"`,
    ]),
    ...(service.ownUser === undefined ? [] : [[service.ownUser, 'its own user'] satisfies [string, string]]),
    ...Object.keys(service.settings ?? {}).map((name): [string, string] => [name, 'a setting']),
  ];
}

/**
 * The environment of a service's container, sorted by name: what its edges, own ports, secrets and settings bind, and
 * the defaults of the rest, written out so that the cluster shows every effective value.
 */
export function environmentOf(stack: Stack, service: Service): EnvValue[] {
  const values = new Map<string, EnvValue>();
  for (const value of [
    ...defaults(service),
    ...settings(service),
    ...own(stack, service),
    ...fromEdges(stack, service),
  ])
    values.set(value.name, value);
  return [...values.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** What the manifests derive a variable of a service from; undefined where they write its default or a setting. */
export function originOf(stack: Stack, service: Service, name: string): string | undefined {
  const value = environmentOf(stack, service).find((one) => one.name === name);
  return value === undefined || ['default', 'setting'].includes(value.from) ? undefined : value.from;
}

function defaults(service: Service): EnvValue[] {
  return Object.entries(service.variables ?? {})
    .filter(([, variable]) => variable.default !== undefined && !variable.local && !variable.secret)
    .map(([name, variable]) => ({ name, value: asText(variable.default), from: 'default' }))
    .filter(({ value }) => value !== '');
}

function settings(service: Service): EnvValue[] {
  return Object.entries(service.settings ?? {}).map(([name, value]) => ({
    name,
    value: asText(value),
    from: 'setting',
  }));
}

function own(stack: Stack, service: Service): EnvValue[] {
  const ports = Object.entries(service.ownPorts ?? {}).flatMap(([port, name]): EnvValue[] => {
    const number = service.ports[port]?.containerPort;
    return number === undefined
      ? []
      : [{ name, value: String(number), from: `port ${service.name}:${port}` }];
  });
  const secrets = Object.entries(service.ownSecrets ?? {}).map(([secret, name]): EnvValue => ({
    name,
    secret: secretRefOf(stack, service, secret),
    from: 'secret',
  }));
  const { user, ownUser } = service;
  const users =
    user !== undefined && ownUser !== undefined ? [{ name: ownUser, value: user, from: 'user' }] : [];
  return [...ports, ...users, ...secrets];
}

function fromEdges(stack: Stack, service: Service): EnvValue[] {
  return (service.edges ?? []).flatMap((edge): EnvValue[] => {
    const target = serviceOf(stack, edge.to);
    const port = target.ports[edge.port];
    const { binds } = edge;
    const from = `edge to ${edge.to}:${edge.port}`;
    const parts = urlPartsOf(stack, edge);
    return [
      ...(binds.host ? [{ name: binds.host, value: hostOf(stack, target), from }] : []),
      ...(binds.port && port ? [{ name: binds.port, value: String(dialledPort(port)), from }] : []),
      ...(binds.tls
        ? [{ name: binds.tls, value: asText(target.kind === 'external' && target.tls), from }]
        : []),
      ...(binds.user && target.user !== undefined ? [{ name: binds.user, value: target.user, from }] : []),
      ...Object.entries(binds.secrets ?? {}).map(([secret, name]): EnvValue => ({
        name,
        secret: secretRefOf(stack, target, secret),
        from,
      })),
      ...(parts === undefined
        ? []
        : Object.entries(binds.urls ?? {}).map(([name, template]) => ({
            name,
            value: urlFrom(template, parts),
            from,
          }))),
    ];
  });
}
