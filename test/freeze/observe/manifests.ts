import { createHash } from 'node:crypto';
import type { Files } from '../frozen.ts';
import { plainJson } from '../plain.ts';
import { manifestFiles, secretKeysOf, stackOf, type RenderOptions } from '../subject.ts';

/** The smallest document of each preset. */
export const presets: Readonly<Record<string, object>> = {
  dev: {},
  staging: { preset: 'staging' },
  production: {
    preset: 'production',
    secrets: { existingSecret: 'kept' },
    auth: { mode: 'jwt', jwksUrl: 'https://id.example.com/keys' },
  },
};

const ref = (key: string): object => ({ name: 'credentials', key });
const external = (host: string, more: object = {}): object => ({ external: { host, ...more } });
const sizes = { requests: { cpu: '300m', memory: '900Mi' }, limits: { cpu: '2', memory: '3Gi' } };
const store = {
  image: 'example.test/store:1',
  resources: sizes,
  storage: { size: '33Gi', storageClass: 'fast' },
};

/** What a document may choose, by name; each is tried on every preset. */
const choices: Readonly<Record<string, object>> = {
  'no Namespace': { createNamespace: false },
  'existing Secret': { secrets: { existingSecret: 'kept' } },
  'own Secret': { secrets: {} },
  registry: { images: { registry: 'registry.internal/mirror' } },
  'pull secrets': { images: { pullSecrets: ['one', 'two'] } },
  'no autoscaling': { backend: { autoscaling: false } },
  autoscaling: { backend: { autoscaling: { minReplicas: 1, maxReplicas: 5, cpuPercent: 60 } } },
  'autoscaling from 3': { backend: { autoscaling: { minReplicas: 3, maxReplicas: 9 } } },
  replicas: { backend: { replicas: 3, autoscaling: false } },
  'no node port': { backend: { nodePort: false } },
  'node port': { backend: { nodePort: 30_090 } },
  'external Redis': { redis: external('redis.example.test', { secretRef: ref('redis') }) },
  'external Redis over TLS': {
    redis: external('cache.example.test', { port: 6380, tls: true, secretRef: ref('redis') }),
  },
  'external Neo4j': { neo4j: external('neo4j.example.test', { secretRef: ref('neo4j') }) },
  'external Qdrant by address': { qdrant: external('198.51.100.7', { secretRef: ref('qdrant') }) },
  'external stores without secrets': {
    redis: external('redis.example.test'),
    neo4j: external('neo4j.example.test'),
    qdrant: external('qdrant.example.test'),
  },
  ingress: { ingress: { host: 'chat.example.com' } },
  'ingress in full': {
    ingress: {
      host: '*.example.com',
      className: 'nginx',
      tlsSecret: 'chat-tls',
      annotations: { 'example.com/timeout': '60' },
    },
  },
  'no auth': { auth: { mode: 'none' } },
  'JWKS auth': { auth: { mode: 'jwt', jwksUrl: 'http://keys.example.com:8080/set' } },
  'shared secret auth': {
    auth: { mode: 'jwt', secretRef: ref('jwt'), issuer: 'https://id.example.com/', audience: 'chat' },
  },
  'language model': { llm: { baseUrl: 'https://llm.example.com/v1' } },
  'language model in full': {
    llm: { baseUrl: 'http://llm.internal:8080/v1', model: 'small', apiKey: ref('llm') },
  },
  embeddings: {
    embeddings: { baseUrl: 'https://embed.example.com/v1', model: 'words', apiKey: ref('embeddings') },
  },
  'sizes of the backend': { backend: { image: 'example.test/backend:1', resources: sizes } },
  'sizes of the stores': { redis: store, neo4j: store, qdrant: store },
  'small limits': {
    backend: { resources: { limits: { memory: '256Mi' } } },
    redis: { resources: { limits: { memory: '128Mi' } }, storage: { size: '1Gi' } },
  },
};

/** In what the readers of a document differ. */
const readers: Readonly<Record<string, RenderOptions>> = {
  'without the Namespace': { namespace: false },
  'with the Namespace': { namespace: true },
  'readiness gates': {
    readinessGates: () => ['mooring.dev/redis-ready', 'mooring.dev/neo4j-ready'],
  },
  'owner references': {
    ownerReferences: [
      {
        apiVersion: 'mooring.dev/v1alpha1',
        kind: 'ChatStack',
        name: 'demo',
        uid: '5d0a9c0e-0000-4000-8000-000000000000',
        controller: true,
        blockOwnerDeletion: true,
      },
    ],
  },
};

type Rendered = readonly (readonly [file: string, text: string])[];

const secretsOf = (keys: readonly string[]): RenderOptions => ({
  secretValues: Object.fromEntries(keys.map((key) => [key, `value-of-${key}`])),
});

/** A document's files, or `refused` where it is. */
function rendered(spec: object, metadata: object = {}): Rendered | 'refused' {
  try {
    const stack = stackOf(spec, metadata);
    return manifestFiles(stack, secretsOf(secretKeysOf(stack)));
  } catch (error) {
    if (error instanceof Error && error.name === 'StackError') return 'refused';
    throw error;
  }
}

/** Enough of SHA-256 to tell one text from another. */
const digest = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16);

const digests = (files: Rendered | 'refused'): unknown =>
  files === 'refused' ? files : Object.fromEntries(files.map(([file, text]) => [file, digest(text)]));

/** Every case but the plain presets, by a name of its own: the digest of each of its files. */
function cases(): Readonly<Record<string, unknown>> {
  const found: Record<string, unknown> = {};
  for (const [preset, base] of Object.entries(presets)) {
    for (const [choice, spec] of Object.entries(choices))
      found[`${preset}, ${choice}`] = digests(rendered({ ...base, ...spec }));
    for (const [reader, options] of Object.entries(readers))
      found[`${preset}, ${reader}`] = digests(manifestFiles(stackOf(base), options));
    found[`${preset}, of another name`] = digests(rendered(base, { name: 'clinic-b', namespace: 'wards' }));
  }
  return found;
}

/**
 * The plain presets in full, and the digests of every other case.
 * @param more is added to the plain documents: a sabotage, for the twin.
 */
export function observeManifests(more: object = {}): Files {
  const plain = Object.entries(presets).map(([preset, spec]): [string, string] => {
    const files = rendered({ ...spec, ...more });
    if (files === 'refused') throw new Error(`The plain ${preset} preset was refused.`);
    return [`${preset}.txt`, files.map(([file, text]) => `##### ${file}\n${text}`).join('')];
  });
  return { ...Object.fromEntries(plain), 'cases.json': plainJson(cases()) };
}
