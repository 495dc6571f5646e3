import { defineStack, StackError } from '../model/define-stack.ts';
import type {
  Edge,
  ExternalEdge,
  ExternalService,
  Ingress,
  Resources,
  SecretSource,
  Service,
  Stack,
  StackDefinition,
} from '../model/stack.ts';
import { presets, type PresetValues } from './presets.ts';
import { mebibytes, millicores } from '../model/quantity.ts';
import type { Problem } from '../model/problem.ts';
import { backend, backendImage, webSocketPrefix, type BackendOptions } from './services/backend.ts';
import { backendVariables, storeNames, type StoreName } from './services/backend-variables.ts';
import { page } from './services/page.ts';
import { storeSecret } from './services/store.ts';
import { stores, storesOfStack, type Store, type StoreOfStack, type Use } from './stores.ts';
import type { ChatStack, ChatStackSpec } from './document.ts';

type StoreSpec = ChatStackSpec[StoreOfStack];
type EnvName = keyof typeof backendVariables;

/** How the backend uses its stores. */
const uses: Readonly<Record<StoreName, Use<EnvName>>> = {
  redis: {
    gate: 'hard',
    binds: { host: 'REDIS_HOST', port: 'REDIS_PORT', tls: 'REDIS_TLS', secret: 'REDIS_PASSWORD' },
    userVariable: 'REDIS_USERNAME',
  },
  neo4j: {
    gate: 'hard',
    binds: { host: 'NEO4J_HOST', port: 'NEO4J_PORT', tls: 'NEO4J_TLS', secret: 'NEO4J_PASSWORD' },
    userVariable: 'NEO4J_USER',
  },
  qdrant: {
    gate: 'first',
    binds: { host: 'QDRANT_HOST', port: 'QDRANT_PORT', tls: 'QDRANT_TLS', secret: 'QDRANT_API_KEY' },
  },
};

/**
 * The stack a document describes.
 * @throws StackError when the document contradicts its preset or itself.
 */
export function chatStack(document: ChatStack): Stack {
  const { metadata, spec } = document;
  const preset = presets[spec.preset];
  refuseUnsafe(spec, preset);
  return defined({
    name: metadata.name,
    namespace: metadata.namespace,
    createNamespace: spec.createNamespace,
    imagePullSecrets: spec.images.pullSecrets,
    ...(spec.secrets.existingSecret ? { existingSecret: spec.secrets.existingSecret } : {}),
    services: [
      ...storesOfStack.map((name) => storeService(name, spec, preset)),
      backend(backendOptions(document, preset)),
      page,
    ],
  });
}

/** Adds to each contradiction the field of the document it is about: its service's, else the stack's name. */
function defined(definition: StackDefinition): Stack {
  try {
    return defineStack(definition);
  } catch (error) {
    if (!(error instanceof StackError)) throw error;
    const located = error.problems.map((problem): Problem => ({
      ...problem,
      field: problem.service === undefined ? ['metadata', 'name'] : ['spec', problem.service],
    }));
    throw new StackError(error.subject, located);
  }
}

function refuseUnsafe(spec: ChatStackSpec, preset: PresetValues): void {
  const problems = [
    ...unverifiable(spec),
    ...unaddressed(spec),
    ...(preset.demandsSecrets ? missingSecrets(spec) : []),
  ];
  if (problems.length > 0) throw new StackError('The ChatStack', problems);
}

/** A problem of one field of the document. */
function wrong(field: string, why: string): Problem {
  return { field: field.split('.'), message: `${field}: ${why}` };
}

function unverifiable({ auth }: ChatStackSpec): Problem[] {
  if (auth.mode !== 'jwt' || auth.jwksUrl || auth.secretRef) return [];
  return [
    wrong('spec.auth', 'mode is "jwt" without jwksUrl or secretRef; one of them must verify the tokens.'),
  ];
}

/** Brackets hold an IPv6 address, whose form no pattern states. */
const unaddressed = (spec: ChatStackSpec): Problem[] =>
  endpointsOf(spec)
    .filter(({ url }) => !URL.canParse(url))
    .map(({ field, url }) => wrong(field, `${JSON.stringify(url)} is no URL: its host is no IPv6 address.`));

function missingSecrets(spec: ChatStackSpec): Problem[] {
  const { mode = 'none' } = spec.auth;
  const own = storesOfStack.filter((name) => !spec[name].external).map((name) => `${name}-${storeSecret}`);
  return [
    ...(mode === 'jwt'
      ? []
      : [
          wrong(
            'spec.auth.mode',
            `"${mode}"; the ${spec.preset} preset expects "jwt", with jwksUrl or secretRef.`,
          ),
        ]),
    ...(own.length === 0 || spec.secrets.existingSecret
      ? []
      : [
          wrong(
            'spec.secrets.existingSecret',
            `nothing; the ${spec.preset} preset expects the name of a Secret you keep, with the keys ${own.join(', ')}.`,
          ),
        ]),
    ...storesOfStack
      .filter((name) => spec[name].external && !spec[name].external.secretRef)
      .map((name) =>
        wrong(
          `spec.${name}.external.secretRef`,
          `nothing; the ${spec.preset} preset expects where its password is.`,
        ),
      ),
  ];
}

function storeService(name: StoreOfStack, spec: ChatStackSpec, preset: PresetValues): Service {
  const chosen = spec[name];
  if (chosen.external) return externalStore(name, chosen.external);
  const { size, storageClass } = chosen.storage ?? {};
  return stores[name].run({
    image: imageOf(stores[name].image, chosen.image, spec),
    resources: merged(preset.resources[name], chosen.resources),
    storage: { size: size ?? preset.storage[name], ...(storageClass ? { storageClass } : {}) },
  });
}

function externalStore(name: StoreOfStack, external: NonNullable<StoreSpec['external']>): ExternalService {
  const { program, ports, port }: Store = stores[name];
  const usual = ports[port]?.containerPort ?? 0;
  return {
    name,
    doc: `${name}, run elsewhere`,
    kind: 'external',
    program,
    host: external.host,
    tls: external.tls,
    ports: { [port]: { containerPort: external.port ?? usual, doc: 'where it is dialled' } },
    secrets: external.secretRef
      ? { [storeSecret]: { doc: `password of ${name}`, ref: external.secretRef } }
      : {},
  };
}

/** The edge of a service that uses a store, to where the document has that store. */
function storeEdge(name: StoreOfStack, { gate, binds, userVariable }: Use, spec: ChatStackSpec): Edge {
  const external = spec[name].external;
  const hasSecret = external === undefined || external.secretRef !== undefined;
  return {
    to: name,
    port: stores[name].port,
    gate,
    binds: {
      host: binds.host,
      port: binds.port,
      tls: binds.tls,
      ...(hasSecret ? { secrets: { [storeSecret]: binds.secret } } : {}),
    },
    ...(userVariable ? { userVariable } : {}),
  };
}

function backendOptions({ metadata, spec }: ChatStack, preset: PresetValues): BackendOptions {
  const autoscaling = autoscalingOf(spec.backend.autoscaling, preset);
  return {
    image: imageOf(backendImage, spec.backend.image, spec),
    replicas: spec.backend.replicas ?? preset.replicas,
    ...(autoscaling ? { autoscaling } : {}),
    resources: merged(preset.resources.backend, spec.backend.resources),
    nodePort: nodePort(metadata.name, spec, preset),
    edges: storeNames.map((name) => storeEdge(name, uses[name], spec)),
    externals: externals(spec),
    settings: settings(spec),
    ...secrets(spec),
    ...(spec.ingress ? { ingress: ingress(spec.ingress) } : {}),
  };
}

function autoscalingOf(
  chosen: ChatStackSpec['backend']['autoscaling'],
  preset: PresetValues,
): BackendOptions['autoscaling'] {
  if (chosen === undefined) return preset.autoscaling;
  if (!chosen.enabled) return undefined;
  const { minReplicas = 2, maxReplicas = 6 } = preset.autoscaling ?? {};
  return {
    minReplicas: chosen.minReplicas ?? minReplicas,
    maxReplicas: chosen.maxReplicas ?? maxReplicas,
    cpuPercent: chosen.cpuPercent,
  };
}

/** kind maps one node port, and only one stack of a cluster can have it: by default the stack of the default name. */
function nodePort(name: string, spec: ChatStackSpec, preset: PresetValues): BackendOptions['nodePort'] {
  const chosen = spec.backend.nodePort;
  if (chosen !== undefined) return chosen.enabled ? (chosen.port ?? 'default') : 'none';
  return preset.nodePort && name === 'demo' ? 'default' : 'none';
}

function ingress(chosen: NonNullable<ChatStackSpec['ingress']>): Ingress {
  const { host, className, tlsSecret, annotations } = chosen;
  return {
    host,
    port: 'http',
    readyPaths: [webSocketPrefix],
    ...(className ? { className } : {}),
    ...(tlsSecret ? { tlsSecret } : {}),
    ...(annotations ? { annotations } : {}),
  };
}

/** Settings of the document; what it leaves out keeps the variable's default. */
function settings(spec: ChatStackSpec): BackendOptions['settings'] {
  const chosen: Partial<Record<EnvName, string | undefined>> = {
    AUTH_MODE: spec.auth.mode,
    AUTH_JWKS_URL: spec.auth.jwksUrl,
    AUTH_ISSUER: spec.auth.issuer,
    AUTH_AUDIENCE: spec.auth.audience,
    LLM_BASE_URL: spec.llm?.baseUrl,
    LLM_MODEL: spec.llm?.model,
    EMBEDDINGS_BASE_URL: spec.embeddings?.baseUrl,
    EMBEDDINGS_MODEL: spec.embeddings?.model,
  };
  return Object.fromEntries(
    Object.entries(chosen).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

function secrets(spec: ChatStackSpec): Pick<BackendOptions, 'secrets' | 'ownSecrets'> {
  const given = [
    { secret: 'jwt', variable: 'AUTH_JWT_SECRET', ref: spec.auth.secretRef },
    { secret: 'llm', variable: 'LLM_API_KEY', ref: spec.llm?.apiKey },
    { secret: 'embeddings', variable: 'EMBEDDINGS_API_KEY', ref: spec.embeddings?.apiKey },
  ] as const satisfies readonly { secret: string; variable: EnvName; ref: SecretSource['ref'] }[];
  const present = given.filter(({ ref }) => ref !== undefined);
  return {
    secrets: Object.fromEntries(
      present.map(({ secret, variable, ref }): [string, SecretSource] => [
        secret,
        { doc: backendVariables[variable].doc, ...(ref ? { ref } : {}) },
      ]),
    ),
    ownSecrets: Object.fromEntries(present.map(({ secret, variable }) => [secret, variable])),
  };
}

const externals = (spec: ChatStackSpec): ExternalEdge[] =>
  endpointsOf(spec).map(({ doc, url }) => ({ doc, ...addressOf(url) }));

/** Servers outside the stack that the document names by URL. */
function endpointsOf(spec: ChatStackSpec): { doc: string; field: string; url: string }[] {
  const endpoints = [
    { doc: 'language model', field: 'spec.llm.baseUrl', url: spec.llm?.baseUrl },
    { doc: 'embeddings', field: 'spec.embeddings.baseUrl', url: spec.embeddings?.baseUrl },
    { doc: 'token keys (JWKS)', field: 'spec.auth.jwksUrl', url: spec.auth.jwksUrl },
  ];
  return endpoints.flatMap(({ url, ...rest }) => (url ? [{ ...rest, url }] : []));
}

const webPorts: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443 };

function addressOf(url: string): { host: string; port: number } {
  const { hostname, port, protocol } = new URL(url);
  return { host: hostname, port: port === '' ? (webPorts[protocol] ?? 443) : Number(port) };
}

function imageOf(usual: string, override: string | undefined, spec: ChatStackSpec): string {
  if (override) return override;
  return spec.images.registry ? `${spec.images.registry.replace(/\/$/, '')}/${usual}` : usual;
}

/** The preset fills in what the document leaves out; its requests never exceed a chosen limit. */
function merged(usual: Resources, chosen: StoreSpec['resources']): Resources {
  const { requests = {}, limits = {} } = chosen ?? {};
  const cpu = limits.cpu ?? usual.limits.cpu;
  const memory = limits.memory ?? usual.limits.memory;
  return {
    requests: {
      cpu: requests.cpu ?? smaller(millicores, usual.requests.cpu, cpu),
      memory: requests.memory ?? smaller(mebibytes, usual.requests.memory, memory),
    },
    limits: { ...(cpu ? { cpu } : {}), memory },
  };
}

const smaller = (amount: (quantity: string) => number, usual: string, limit: string | undefined): string =>
  limit !== undefined && amount(limit) < amount(usual) ? limit : usual;
