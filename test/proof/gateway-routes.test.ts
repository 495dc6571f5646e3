import { describe, expect, test } from 'vitest';
import { findingsIn, is, judged, service, silent, store, type Fields } from './small-manifests.ts';

/** Routes of the Gateway API lead to Services like an Ingress does, and into other namespaces where they are let. */

const route = (backendRefs: Fields[], kind = 'HTTPRoute', namespace = 'default'): Fields => ({
  apiVersion: kind === 'TCPRoute' ? 'gateway.networking.k8s.io/v1alpha2' : 'gateway.networking.k8s.io/v1',
  kind,
  metadata: { name: 'entry', namespace },
  spec: { parentRefs: [{ name: 'gate', namespace: 'infra' }], rules: [{ backendRefs }] },
});

const shop: Fields[] = store('shop', 'registry.example.org/shop:1', 8080).map((object) => ({
  ...object,
  metadata: { name: 'shop', namespace: 'default' },
}));

describe('a route', () => {
  const led = (reference: Fields, kind?: string): Fields[] => [...shop, route([reference], kind)];
  judged([
    ['leads to a Service with a slip', led({ name: 'shopp', port: 8080 }), is('error', 'HOST_UNKNOWN')],
    ['leads to another port', led({ name: 'shop', port: 80 }), is('error', 'PORT_NOT_SERVED')],
    [
      'of gRPC leads to another port',
      led({ name: 'shop', port: 9090 }, 'GRPCRoute'),
      is('error', 'PORT_NOT_SERVED'),
    ],
    [
      'of TCP leads to no Service',
      led({ name: 'database', port: 5432 }, 'TCPRoute'),
      is('error', 'HOST_UNKNOWN'),
    ],
    ['names no port', led({ name: 'shop' }), is('error', 'INVALID_FIELD')],
    [
      'leads to a Service of other manifests',
      [route([{ name: 'shop', port: 8080 }])],
      is('unknown', 'HOST_UNKNOWN'),
    ],
    [
      'sends copies to another port',
      [
        ...shop,
        {
          ...route([]),
          spec: {
            rules: [
              {
                backendRefs: [{ name: 'shop', port: 8080, weight: 1 }],
                filters: [
                  { type: 'RequestMirror', requestMirror: { backendRef: { name: 'shop', port: 81 } } },
                ],
              },
            ],
          },
        },
      ],
      is('error', 'PORT_NOT_SERVED'),
    ],
    ['leads to what is there', led({ name: 'shop', port: 8080 }), silent],
    ['says the kind, too', led({ group: '', kind: 'Service', name: 'shop', port: 8080, weight: 90 }), silent],
    ['of gRPC leads to what is there', led({ name: 'shop', port: 8080 }, 'GRPCRoute'), silent],
    [
      'leads to something else than a Service',
      led({ group: 'storage.example', kind: 'Bucket', name: 'files' }),
      silent,
    ],
    [
      'redirects',
      [
        {
          ...route([]),
          spec: { rules: [{ filters: [{ type: 'RequestRedirect', requestRedirect: { scheme: 'https' } }] }] },
        },
      ],
      silent,
    ],
  ]);
});

test('a port that is the target of a Service is named as such', () => {
  const two = service('shop', 80, 8080);
  const [found] = findingsIn(
    { ...two, metadata: { name: 'shop', namespace: 'default' } },
    ...shop.slice(1),
    route([{ name: 'shop', port: 8080 }]),
  );
  expect(found?.fix).toBe('Write 80: the Service leads it to 8080.');
});

describe('a route into another namespace', () => {
  const grant = (from: Fields = {}, to: Fields = {}): Fields => ({
    apiVersion: 'gateway.networking.k8s.io/v1beta1',
    kind: 'ReferenceGrant',
    metadata: { name: 'in', namespace: 'default' },
    spec: {
      from: [{ group: 'gateway.networking.k8s.io', kind: 'HTTPRoute', namespace: 'edge', ...from }],
      to: [{ group: '', kind: 'Service', ...to }],
    },
  });
  const entry = route([{ name: 'shop', namespace: 'default', port: 8080 }], 'HTTPRoute', 'edge');
  judged([
    [
      'is let in from another one',
      [...shop, entry, grant({ namespace: 'edges' })],
      is('error', 'ROUTE_NOT_GRANTED'),
    ],
    [
      'is let in of another kind',
      [...shop, entry, grant({ kind: 'TCPRoute' })],
      is('error', 'ROUTE_NOT_GRANTED'),
    ],
    [
      'is let in to another Service',
      [...shop, entry, grant({}, { name: 'books' })],
      is('error', 'ROUTE_NOT_GRANTED'),
    ],
    ['has no grant here', [...shop, entry], is('warning', 'ROUTE_NOT_GRANTED')],
    ['is let in', [...shop, entry, grant()], silent],
    ['is let in to this Service', [...shop, entry, grant({}, { name: 'shop' })], silent],
    ['leads into its own', [...shop, route([{ name: 'shop', namespace: 'default', port: 8080 }])], silent],
  ]);

  test('of which nothing is here is not known', () => {
    const found = findingsIn(route([{ name: 'far', namespace: 'away', port: 1 }], 'HTTPRoute', 'edge'));
    expect(found.map(({ severity, code }) => `${severity} ${code}`).sort()).toEqual([
      'unknown HOST_UNKNOWN',
      'unknown ROUTE_NOT_GRANTED',
    ]);
  });
});

describe('an Ingress', () => {
  const ingress = (spec: Fields): Fields => ({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name: 'entry', namespace: 'default' },
    spec,
  });
  const to = (name: string, port: Fields): Fields => ({ service: { name, port } });
  judged([
    [
      'leads all else to another port',
      [...shop, ingress({ defaultBackend: to('shop', { number: 80 }) })],
      is('error', 'PORT_NOT_SERVED'),
    ],
    [
      'leads to a Service of other manifests',
      [ingress({ defaultBackend: to('shop', { number: 80 }) })],
      is('unknown', 'HOST_UNKNOWN'),
    ],
    [
      'leads all else to what is there',
      [...shop, ingress({ defaultBackend: to('shop', { number: 8080 }) })],
      silent,
    ],
    [
      'leads all else to a port by name',
      [...shop, ingress({ defaultBackend: to('shop', { name: 'main' }) })],
      silent,
    ],
  ]);
});
