import { chatKind } from '../../contract/chat-kind.ts';
import { describe, expect, test } from 'vitest';
import { chatStack } from '../../contract/chat-stack.ts';
import { StackError } from '../../model/define-stack.ts';
import { environmentOf, generatedSecretKeys, serviceOf } from '../../model/environment.ts';
import type { Stack } from '../../model/stack.ts';
import { fieldsOf } from '../../model/document-fields.ts';
import { readChatStack } from '../../contract/read-chat-stack.ts';
import { backend, type BackendOptions } from '../../contract/services/backend.ts';

const stackFrom = (spec: object, metadata: object = {}): Stack =>
  chatStack(readChatStack({ spec, metadata }, 'stack.yaml'));

function refusal(document: unknown): string {
  try {
    chatStack(readChatStack(document, 'stack.yaml'));
  } catch (error) {
    if (error instanceof StackError) return error.message;
    throw error;
  }
  throw new Error('the document was accepted');
}

function backendEnv(stack: Stack): Record<string, string> {
  return Object.fromEntries(
    environmentOf(stack, serviceOf(stack, 'backend')).map((value) => [
      value.name,
      'value' in value ? value.value : `${value.secret.name}/${value.secret.key}`,
    ]),
  );
}

test('an empty document is the dev stack called demo', () => {
  const stack = chatStack(readChatStack(undefined, 'nothing'));
  expect([stack.name, stack.namespace, ...stack.services.map((service) => service.name)]).toEqual([
    'demo',
    'chat',
    'redis',
    'neo4j',
    'qdrant',
    'backend',
    'page',
  ]);
});

test("the backend's variables come from its edges", () => {
  expect(backendEnv(stackFrom({}))).toMatchObject({
    REDIS_HOST: 'demo-redis',
    REDIS_PORT: '6379',
    REDIS_PASSWORD: 'demo-secrets/redis-password',
    NEO4J_HOST: 'demo-neo4j',
    NEO4J_PORT: '7687',
    QDRANT_HOST: 'demo-qdrant',
    QDRANT_PORT: '6333',
  });
});

test('an external Redis with TLS on 6380 is valid and needs no workload', () => {
  const stack = stackFrom({
    redis: {
      external: { host: 'x.cache.example', port: 6380, tls: true, secretRef: { name: 'azure', key: 'pw' } },
    },
  });
  expect(serviceOf(stack, 'redis').kind).toBe('external');
  expect(backendEnv(stack)).toMatchObject({
    REDIS_HOST: 'x.cache.example',
    REDIS_PORT: '6380',
    REDIS_TLS: 'true',
    REDIS_PASSWORD: 'azure/pw',
  });
});

test('an external store without a port is dialled where it usually listens', () => {
  expect(backendEnv(stackFrom({ qdrant: { external: { host: 'q.example' } } }))).toMatchObject({
    QDRANT_PORT: '6333',
  });
});

test('existingSecret leaves nothing to generate', () => {
  expect(generatedSecretKeys(stackFrom({ secrets: { existingSecret: 'mine' } }))).toEqual([]);
  expect(generatedSecretKeys(stackFrom({})).map(({ key }) => key)).toEqual([
    'redis-password',
    'neo4j-password',
    'qdrant-password',
  ]);
});

test('a registry prefix reaches every image that is not overridden', () => {
  const stack = stackFrom({ images: { registry: 'registry.local/mirror/' }, redis: { image: 'my/redis:1' } });
  const images = stack.services.flatMap((service) =>
    'container' in service ? [service.container.image] : [],
  );
  expect(images[0]).toBe('my/redis:1');
  expect(images.slice(1).every((image) => image.startsWith('registry.local/mirror/'))).toBe(true);
});

test.each([
  [
    'a typo',
    { spec: { presett: 'dev' } },
    /spec\.presett: "dev" under an unknown key; expected one of .*Did you mean "preset"\?/,
  ],
  [
    'a typo deep down',
    { spec: { redis: { external: { host: 'a', tsl: true } } } },
    /spec\.redis\.external\.tsl: true .*Did you mean "tls"\?/,
  ],
  [
    'a group one level too high',
    { redis: { image: 'x' } },
    /redis: \{"image":"x"\} under an unknown key; .*Did you mean "spec\.redis"\?/,
  ],
  [
    'a field one level too high',
    { spec: { redis: { storageClass: 'fast' } } },
    /spec\.redis\.storageClass: .*Did you mean "spec\.redis\.storage\.storageClass"\?/,
  ],
  [
    'a field that several groups have',
    { host: 'a' },
    /host: "a" under an unknown key; expected one of apiVersion, kind, metadata, spec\.$/m,
  ],
  [
    'a wrong type',
    { spec: { backend: { replicas: '2' } } },
    /spec\.backend\.replicas: "2"; expected a number\./,
  ],
  [
    'a wrong word',
    { spec: { preset: 'prodution' } },
    /spec\.preset: "prodution"; expected one of dev, staging, production\. Did you mean "production"\?/,
  ],
  [
    'a decimal unit typo',
    { spec: { redis: { storage: { size: '5GB' } } } },
    /spec\.redis\.storage\.size: "5GB"; expected a byte quantity/,
  ],
  ['another kind of document', { kind: 'Pod' }, /kind: "Pod"; expected ChatStack/],
  ['a list', [], /\(the document\): \[\]; expected a group of keys/],
  [
    'external and storage together',
    { spec: { redis: { external: { host: 'a' }, image: 'x' } } },
    /spec\.redis: .*either external, or image/,
  ],
  [
    'a bad branch of a union',
    { spec: { backend: { autoscaling: { enabled: true, minReplicas: 0, maxReplicas: 2 } } } },
    /autoscaling\.minReplicas: 0; expected at least 1/,
  ],
  [
    'a typo in a branch of a union',
    { spec: { backend: { autoscaling: { minReplica: 2, maxReplicas: 3 } } } },
    /autoscaling\.minReplica: 2 under an unknown key; .*Did you mean "minReplicas"\?/,
  ],
  [
    'what is no branch of a union',
    { spec: { backend: { autoscaling: true } } },
    /autoscaling: true; expected a group of keys\./,
  ],
  [
    'a node port out of range',
    { spec: { backend: { nodePort: { enabled: true, port: 80 } } } },
    /nodePort\.port: 80; expected a node port from 30000 to 32767/,
  ],
  [
    'a Secret Kubernetes refuses',
    { spec: { secrets: { existingSecret: 'My Secret' } } },
    /existingSecret: "My Secret"; expected a name that Kubernetes accepts/,
  ],
  [
    'an Ingress at an address',
    { spec: { ingress: { host: '10.0.0.1' } } },
    /ingress\.host: "10\.0\.0\.1"; .*is an address/,
  ],
  [
    'a port in quotes',
    { spec: { redis: { external: { host: 'a', port: '6380' } } } },
    /external\.port: "6380"; expected a port from 1 to 65535, without quotes/,
  ],
  ['a name too long to derive others from', { metadata: { name: 'a'.repeat(50) } }, /The workload name/],
])('%s is refused with path, value and what was expected', (_what, document, expected) => {
  expect(refusal(document)).toMatch(expected);
});

test('production refuses auth none and missing secrets, both at once', () => {
  const message = refusal({ spec: { preset: 'production' } });
  expect(message).toContain('spec.auth.mode: "none"; the production preset expects "jwt"');
  expect(message).toContain('spec.secrets.existingSecret: nothing');
});

test('production refuses an external store without a password', () => {
  const spec = {
    preset: 'production',
    redis: { external: { host: 'r' } },
    auth: { mode: 'jwt', jwksUrl: 'https://a/k' },
    secrets: { existingSecret: 's' },
  };
  expect(refusal({ spec })).toContain('spec.redis.external.secretRef: nothing');
});

test('production accepts jwt and a Secret the user keeps', () => {
  const stack = stackFrom({
    preset: 'production',
    auth: { mode: 'jwt', jwksUrl: 'https://a.example/keys' },
    secrets: { existingSecret: 'mine' },
  });
  expect(backendEnv(stack)).toMatchObject({
    AUTH_MODE: 'jwt',
    AUTH_JWKS_URL: 'https://a.example/keys',
    REDIS_PASSWORD: 'mine/redis-password',
  });
});

test('jwt without anything that verifies a token is refused in every preset', () => {
  expect(refusal({ spec: { auth: { mode: 'jwt' } } })).toContain('one of them must verify the tokens');
});

test('a URL whose host is in brackets and no IPv6 address is refused, with its field', () => {
  const baseUrl = 'http://[1:2:3]/v1';
  expect(refusal({ spec: { llm: { baseUrl, model: 'any' } } })).toContain(`spec.llm.baseUrl: "${baseUrl}"`);
  expect(() => stackFrom({ llm: { baseUrl: 'http://[fd00::1]/v1', model: 'any' } })).not.toThrow();
});

test('only the stack called demo takes the node port that kind maps', () => {
  const nodePort = (stack: Stack): number | undefined => serviceOf(stack, 'backend').ports.http?.nodePort;
  expect(nodePort(stackFrom({}))).toBe(30_080);
  expect(nodePort(stackFrom({}, { name: 'other' }))).toBeUndefined();
  expect(
    nodePort(stackFrom({ backend: { nodePort: { enabled: true, port: 30_090 } } }, { name: 'other' })),
  ).toBe(30_090);
});

test('every field of the document says what it means', () => {
  expect(fieldsOf(chatKind).filter(([, , , meaning]) => meaning === '')).toEqual([]);
});

test('autoscaling from more to fewer replicas is refused', () => {
  expect(
    refusal({ spec: { backend: { autoscaling: { enabled: true, minReplicas: 3, maxReplicas: 2 } } } }),
  ).toContain('from 3 to 2 replicas');
});

describe('the host of an external store', () => {
  const isTaken = (host: string): boolean =>
    chatKind.schema.safeParse({ spec: { redis: { external: { host } } } }).success;

  test.each(['redis', 'redis.example.com', '10.0.0.4', 'fd00::1', '2001:db8::a:1', '::ffff:10.0.0.4'])(
    '%s is one',
    (host) => {
      expect(isTaken(host)).toBe(true);
    },
  );

  test.each([
    'a.example.org:6379',
    '10.0.0.4:6379',
    'db:7687',
    'http://redis',
    'redis/0',
    '[fd00::1]',
    ':6379',
  ])('%s is none: its port, scheme or path has a field of its own, or none', (host) => {
    expect(isTaken(host)).toBe(false);
  });
});

test('the backend has the time to end that its settings ask for', () => {
  const options: BackendOptions = {
    ...{
      image: 'a/b:1',
      replicas: 1,
      nodePort: 'none',
      edges: [],
      externals: [],
      secrets: {},
      ownSecrets: {},
    },
    resources: { requests: { cpu: '1', memory: '1Gi' }, limits: { memory: '1Gi' } },
    settings: {},
  };
  const settings = { SHUTDOWN_ENDPOINT_WAIT: 60, SHUTDOWN_ANSWER_WAIT: 30 };
  expect(backend(options).terminationGraceSeconds).toBe(30);
  expect(backend({ ...options, settings }).terminationGraceSeconds).toBe(109);
});
