import { describe, expect, test } from 'vitest';
import { is, judged, mended, silent, store, type Fields } from './small-manifests.ts';

/** Routes of the Gateway API are attached to listeners of Gateways that are for them. */

const shop: Fields[] = store('shop', 'registry.example.org/shop:1', 8080).map((object) => ({
  ...object,
  metadata: { name: 'shop', namespace: 'default' },
}));

const gateway = (...listeners: Fields[]): Fields => ({
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind: 'Gateway',
  metadata: { name: 'public', namespace: 'infra' },
  spec: { gatewayClassName: 'example', listeners },
});
const all: Fields = { allowedRoutes: { namespaces: { from: 'All' } } };
const https: Fields = { name: 'https', port: 443, protocol: 'HTTPS', ...all };
const http: Fields = { name: 'http', port: 80, protocol: 'HTTP', ...all };

const route = (reference: Fields = {}, spec: Fields = {}, kind = 'HTTPRoute'): Fields => ({
  apiVersion: `gateway.networking.k8s.io/${kind === 'TCPRoute' ? 'v1alpha2' : 'v1'}`,
  kind,
  metadata: { name: 'entry', namespace: 'default' },
  spec: {
    parentRefs: [{ name: 'public', namespace: 'infra', ...reference }],
    ...spec,
    rules: [{ backendRefs: [{ name: 'shop', port: 8080 }] }],
  },
});
const space = (labels: Fields): Fields => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name: 'default', labels },
});

const wrong = is('error', 'ROUTE_NOT_ATTACHED');
const selecting = (labels: Fields): Fields => ({
  allowedRoutes: { namespaces: { from: 'Selector', selector: { matchLabels: labels } } },
});

describe('a route', () => {
  judged([
    ['of a listener with a slip', [...shop, gateway(http, https), route({ sectionName: 'htps' })], wrong],
    ['of a listener that is not there', [...shop, gateway(https), route({ sectionName: 'http' })], wrong],
    ['of a port that is not listened on', [...shop, gateway(http, https), route({ port: 8443 })], wrong],
    [
      'of the port of another listener',
      [...shop, gateway(http, https), route({ sectionName: 'http', port: 443 })],
      wrong,
    ],
    ['of TCP for a listener of HTTP', [...shop, gateway(http), route({}, {}, 'TCPRoute')], wrong],
    [
      'of a namespace that is not let in',
      [...shop, gateway({ ...https, allowedRoutes: undefined }), route()],
      wrong,
    ],
    [
      'of a namespace whose labels are not asked for',
      [...shop, space({ team: 'sales' }), gateway({ ...https, ...selecting({ team: 'web' }) }), route()],
      wrong,
    ],
    [
      'of another host',
      [
        ...shop,
        gateway({ ...https, hostname: '*.example.org' }),
        route({}, { hostnames: ['shop.example.com'] }),
      ],
      wrong,
    ],
    [
      'of the host itself, for a listener of those below it',
      [...shop, gateway({ ...https, hostname: '*.example.org' }), route({}, { hostnames: ['example.org'] })],
      wrong,
    ],
    [
      'of the host of another listener',
      [
        ...shop,
        gateway({ ...http, hostname: 'a.example.org' }, { ...https, hostname: 'b.example.org' }),
        route({ sectionName: 'http' }, { hostnames: ['b.example.org'] }),
      ],
      wrong,
    ],
    [
      'of a Gateway with a slip',
      [...shop, gateway(https), route({ name: 'publik' })],
      is('error', 'OBJECT_MISSING'),
    ],
    ['of a Gateway of other manifests', [...shop, route()], silent],
    ['of a listener', [...shop, gateway(http, https), route({ sectionName: 'https', port: 443 })], silent],
    [
      'of TCP',
      [...shop, gateway({ name: 'db', port: 5432, protocol: 'TCP', ...all }), route({}, {}, 'TCPRoute')],
      silent,
    ],
    ['of gRPC for a listener of HTTPS', [...shop, gateway(https), route({}, {}, 'GRPCRoute')], silent],
    [
      'for a protocol of a controller',
      [...shop, gateway({ ...https, protocol: 'example.com/QUIC' }), route()],
      silent,
    ],
    [
      'of a namespace that is let in by its labels',
      [...shop, space({ team: 'web' }), gateway({ ...https, ...selecting({ team: 'web' }) }), route()],
      silent,
    ],
    [
      'of a namespace that is let in by its name',
      [
        ...shop,
        space({}),
        gateway({ ...https, ...selecting({ 'kubernetes.io/metadata.name': 'default' }) }),
        route(),
      ],
      silent,
    ],
    [
      'of a namespace whose labels are not here',
      [...shop, gateway({ ...https, ...selecting({ team: 'web' }) }), route()],
      silent,
    ],
    [
      'of one host of a listener',
      [
        ...shop,
        gateway(
          { ...https, hostname: 'b.example.com' },
          { ...https, name: 'all', hostname: '*.example.com' },
        ),
        route({}, { hostnames: ['a.b.example.com', 'example.net'] }),
      ],
      silent,
    ],
    [
      'of every host below one, for a listener of one of them',
      [
        ...shop,
        gateway({ ...https, hostname: 'a.example.org' }),
        route({}, { hostnames: ['*.example.org'] }),
      ],
      silent,
    ],
    [
      'of a Service, as a mesh has it',
      [...shop, gateway(https), route({ group: '', kind: 'Service', name: 'shop' })],
      silent,
    ],
  ]);
});

test.each([
  ['sectionName', { sectionName: 'htps' }],
  ['port', { port: 444, sectionName: 'https' }],
  ['name', { name: 'publc' }],
])('a fix of the %s mends it, at its line', (field, reference) => {
  const objects = [...shop, gateway(http, https), route(reference)];
  const { line, left } = mended(...objects);
  expect(line).toContain(`${field}:`);
  expect(left).toEqual([]);
});
