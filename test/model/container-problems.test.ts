import { describe, expect, test } from 'vitest';
import { contradictions } from '../../model/contradictions.ts';
import { serviceOf } from '../../model/environment.ts';
import type { Container, FilledStack, StatelessService } from '../../model/stack.ts';
import { millicores, mebibytes } from '../../model/quantity.ts';
import { stackOf as chatStackOf, presetDocuments } from '../charts-ts/rendered.ts';

const probe = { exec: ['true'], periodSeconds: 1, failureThreshold: 1 };
const container: Container = {
  image: 'example/app:1',
  user: { uid: 1000, gid: 1000 },
  resources: { requests: { cpu: '1', memory: '64Mi' }, limits: { memory: '64Mi' } },
  probes: { startup: probe, readiness: probe, liveness: probe },
};
const of = (rest: Partial<Container>, more: Partial<StatelessService> = {}): FilledStack => ({
  ...{ name: 's', namespace: 'n' },
  services: [
    {
      ...{ name: 'app', doc: 'app', kind: 'stateless', ports: {}, replicas: 1, terminationGraceSeconds: 1 },
      container: { ...container, ...rest },
      ...more,
    },
  ],
});
const scratch = { kind: 'scratch', name: 'tmp', path: '/tmp', sizeLimit: '1Mi' } as const;
const presetsOf = (name: string) =>
  Object.values(presetDocuments).map(
    (document) => serviceOf(chatStackOf(document), name) as StatelessService,
  );
const ref = (name: string, key: string) => ({ secrets: { token: { doc: '', ref: { name, key } } } });
const limited = (requests: Container['resources']['requests'], limits: Container['resources']['limits']) =>
  of({ resources: { requests, limits } });

test('a container without any of it is accepted', () => {
  expect(contradictions(of({ volumes: [scratch] }, ref('kept', 'a_key.x')))).toEqual([]);
});

test.each([
  [
    'a request above its limit',
    limited({ cpu: '1', memory: '1Gi' }, { memory: '512Mi' }),
    'it requests 1Gi of memory but may use 512Mi at most',
  ],
  [
    'a CPU request above its limit',
    limited({ cpu: '1500m', memory: '1Mi' }, { cpu: '1', memory: '1Mi' }),
    'it requests 1500m of CPU but may use 1 at most',
  ],
  [
    'a quantity that is none',
    limited({ cpu: 'half', memory: '1Mi' }, { memory: '1GB' }),
    '"half" is no quantity',
  ],
  ['root', of({ user: { uid: 0, gid: 1 } }), 'it runs as 0:1; no pod may run as root'],
  [
    'two volumes of one name',
    of({ volumes: [scratch, { ...scratch, path: '/other' }] }),
    'volume name tmp is taken 2 times',
  ],
  [
    'an init step that is called as the service',
    of({ init: [{ name: 'app', command: ['true'] }] }),
    'container name app is taken 2 times',
  ],
  [
    'an init step that mounts what is not there',
    of({ init: [{ name: 'copy', command: ['true'], mounts: { conf: '/conf' } }] }),
    'mounts volume "conf", which it does not have',
  ],
  ['a Secret Kubernetes refuses', of({}, ref('My Secret', 'k')), 'the Secret "My Secret" must be'],
  ['a key Kubernetes refuses', of({}, ref('kept', 'a/b')), 'the key "a/b" must be'],
  ['a pull secret Kubernetes refuses', { ...of({}), imagePullSecrets: ['A'] }, 'The pull secret "A"'],
  ['an existing Secret Kubernetes refuses', { ...of({}), existingSecret: 'a_b' }, 'The Secret "a_b"'],
  [
    'an Ingress at an address, to a port nobody has',
    of({}, { ingress: { host: '10.0.0.1', port: 'http', readyPaths: [] } }),
    'the Ingress leads to port "http", which it does not have',
  ],
])('%s is refused', (_what, definition, expected) => {
  expect(
    contradictions(definition)
      .map(({ message }) => message)
      .join('\n'),
  ).toContain(expected);
});

describe('resources of a document', () => {
  const backend = (resources: object) => {
    const service = serviceOf(chatStackOf({ backend: { resources } }), 'backend');
    return service.kind === 'stateless' ? service.container.resources : undefined;
  };

  test("a request of the preset's follows a smaller limit, which the API server would refuse", () => {
    expect(backend({ limits: { memory: '192Mi', cpu: '50m' } })).toEqual({
      requests: { cpu: '50m', memory: '192Mi' },
      limits: { cpu: '50m', memory: '192Mi' },
    });
  });

  test('a request that was chosen is never changed, but refused where it exceeds the limit', () => {
    expect(() => backend({ requests: { memory: '2Gi' } })).toThrow(
      'it requests 2Gi of memory but may use 512Mi at most',
    );
  });
});

test.each([
  ['250m', 250],
  ['1', 1_000],
  ['0.5', 500],
])('%s of CPU is %i thousandths of a core', (quantity, expected) => {
  expect(millicores(quantity)).toBe(expected);
});

describe('limits too small for their program are refused with field, value and the smallest', () => {
  test.each([
    [
      'backend',
      { limits: { memory: '1Mi' } },
      /"backend": its resources\.limits\.memory is 1Mi; expected 192Mi or more/,
    ],
    [
      'redis',
      { limits: { memory: '31Mi' } },
      /"redis": its resources\.limits\.memory is 31Mi; expected 32Mi or more/,
    ],
    [
      'neo4j',
      { limits: { memory: '700M' } },
      /"neo4j": its resources\.limits\.memory is 700M; expected 768Mi or more/,
    ],
    [
      'qdrant',
      { limits: { memory: '0' } },
      /"qdrant": its resources\.limits\.memory is 0; expected 1Mi or more/,
    ],
    ['redis', { requests: { cpu: '0' } }, /"redis": its resources\.requests\.cpu is 0; expected 1m or more/],
    [
      'redis',
      { limits: { cpu: '0.000' } },
      /"redis": its resources\.limits\.cpu is 0\.000; expected 1m or more/,
    ],
    [
      'redis',
      { requests: { memory: '0.1' } },
      /"redis": its resources\.requests\.memory is 0\.1; expected 1Mi or more/,
    ],
    [
      'redis',
      { requests: { memory: '1Gi' } },
      /"redis": it requests 1Gi of memory but may use 256Mi at most/,
    ],
  ])('%s with %j', (service, resources, told) => {
    expect(() => chatStackOf({ [service]: { resources } })).toThrow(told);
  });

  test.each(['0', '0Gi', '0.001Mi', '1'])('a volume of %s', (size) => {
    expect(() => chatStackOf({ qdrant: { storage: { size } } })).toThrow(
      new RegExp(`volume "storage" has size "${size}"; expected 1Mi or more`),
    );
  });

  test.each(['redis', 'neo4j', 'qdrant', 'backend'])(
    'the smallest of %s is what its presets have, at least',
    (name) => {
      for (const { container: { resources, smallestMemory } = container } of presetsOf(name)) {
        const { memory = '' } = smallestMemory ?? {};
        expect(mebibytes(resources.limits.memory)).toBeGreaterThanOrEqual(mebibytes(memory));
        expect(() => chatStackOf({ [name]: { resources: { limits: { memory } } } })).not.toThrow();
      }
    },
  );
});
