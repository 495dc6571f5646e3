import { describe, expect, test } from 'vitest';
import { deployment, is, judged, mended, service, silent, store, type Fields } from './small-manifests.ts';

/** Custom resources of controllers, meshes and scalers lead to Services and workloads like Kubernetes' own do. */

const shop: Fields[] = [
  service('shop', 80, 8080),
  deployment('shop', { ports: [{ name: 'http', containerPort: 8080 }] }),
  ...store('cache', 'valkey/valkey:8', 6379),
];
const object = (apiVersion: string, kind: string, spec: Fields, name = 'entry'): Fields => ({
  apiVersion,
  kind,
  metadata: { name, namespace: 'default' },
  spec,
});
const noHost = is('error', 'HOST_UNKNOWN');
const perhapsNoHost = is('warning', 'HOST_UNKNOWN');
const noPort = is('error', 'PORT_NOT_SERVED');
const missing = is('error', 'OBJECT_MISSING');

describe('a route of Traefik', () => {
  const http = (...services: Fields[]): Fields =>
    object('traefik.io/v1alpha1', 'IngressRoute', {
      routes: [{ match: 'PathPrefix(`/`)', kind: 'Rule', services }],
    });
  const tcp = (...services: Fields[]): Fields =>
    object('traefik.containo.us/v1alpha1', 'IngressRouteTCP', {
      routes: [{ match: 'HostSNI(`*`)', services }],
    });
  judged([
    ['leads to a Service with a slip', [...shop, http({ name: 'shpo', port: 80 })], noHost],
    ['leads to the port of the pods', [...shop, http({ name: 'shop', port: 8080 })], noPort],
    ['leads to a port by another name', [...shop, http({ name: 'shop', port: 'web' })], noPort],
    ['of TCP leads to another port', [...shop, tcp({ name: 'cache', port: 6380 })], noPort],
    ['of TCP leads to no Service', [...shop, tcp({ name: 'store', port: 6379 })], perhapsNoHost],
    [
      'shares requests with a Service that is not there',
      [
        ...shop,
        object('traefik.io/v1alpha1', 'TraefikService', {
          weighted: {
            services: [
              { name: 'shop', port: 80, weight: 9 },
              { name: 'shop-next', port: 80, weight: 1 },
            ],
          },
        }),
      ],
      perhapsNoHost,
    ],
    [
      'leads to what is there',
      [...shop, http({ name: 'shop', port: 80 }, { name: 'shop', port: 'main' })],
      silent,
    ],
    ['says no port', [...shop, http({ name: 'shop' })], silent],
    ['of TCP leads to what is there', [...shop, tcp({ name: 'cache', port: 6379 })], silent],
    [
      'leads to what Traefik itself has',
      [
        ...shop,
        http({ name: 'api@internal', kind: 'TraefikService' }, { name: 'all', kind: 'TraefikService' }),
      ],
      silent,
    ],
    [
      'leads into a namespace of which nothing is here',
      [...shop, http({ name: 'a', namespace: 'b', port: 1 })],
      is('unknown', 'HOST_UNKNOWN'),
    ],
  ]);
});

describe('a route of another controller', () => {
  judged([
    [
      'of Contour leads to another port',
      [
        ...shop,
        object('projectcontour.io/v1', 'HTTPProxy', {
          routes: [{ services: [{ name: 'shop', port: 8080 }] }],
        }),
      ],
      noPort,
    ],
    [
      'of APISIX leads to no Service',
      [
        ...shop,
        object('apisix.apache.org/v2', 'ApisixRoute', {
          http: [{ name: 'a', backends: [{ serviceName: 'shops', servicePort: 80 }] }],
        }),
      ],
      noHost,
    ],
    [
      'of OpenShift leads to no Service',
      [...shop, object('route.openshift.io/v1', 'Route', { to: { kind: 'Service', name: 'shops' } })],
      noHost,
    ],
    [
      'of OpenShift leads to what is there',
      [
        ...shop,
        object('route.openshift.io/v1', 'Route', {
          to: { kind: 'Service', name: 'shop' },
          port: { targetPort: 'http' },
        }),
      ],
      silent,
    ],
    [
      'of Contour leads to what is there',
      [
        ...shop,
        object('projectcontour.io/v1', 'HTTPProxy', { routes: [{ services: [{ name: 'shop', port: 80 }] }] }),
      ],
      silent,
    ],
  ]);
});

describe('a VirtualService', () => {
  const virtual = (destination: Fields, spec: Fields = {}): Fields =>
    object('networking.istio.io/v1', 'VirtualService', {
      hosts: ['shop.example.org'],
      ...spec,
      http: [{ route: [{ destination }] }],
    });
  const rule = (host: string, ...subsets: Fields[]): Fields =>
    object('networking.istio.io/v1', 'DestinationRule', { host, subsets }, 'shop');
  const gateway = (...hosts: string[]): Fields =>
    object(
      'networking.istio.io/v1',
      'Gateway',
      { servers: [{ port: { number: 80, name: 'http', protocol: 'HTTP' }, hosts }] },
      'edge',
    );
  const v1: Fields = { name: 'v1', labels: { app: 'shop' } };
  judged([
    ['leads to a Service with a slip', [...shop, virtual({ host: 'shpo' })], noHost],
    [
      'leads to a whole name with a slip',
      [...shop, virtual({ host: 'shpo.default.svc.cluster.local' })],
      noHost,
    ],
    ['leads to another port', [...shop, virtual({ host: 'shop', port: { number: 8080 } })], noPort],
    [
      'of TCP leads to another port',
      [
        ...shop,
        object('networking.istio.io/v1beta1', 'VirtualService', {
          hosts: ['x'],
          tcp: [{ route: [{ destination: { host: 'cache', port: { number: 1 } } }] }],
        }),
      ],
      noPort,
    ],
    [
      'leads to a subset that is not made',
      [...shop, rule('shop', v1), virtual({ host: 'shop', subset: 'v2' })],
      missing,
    ],
    ['has a rule for no Service', [...shop, rule('shops', v1)], noHost],
    [
      'has a subset of a label with a slip',
      [...shop, rule('shop', { name: 'a', labels: { app: 'shpo' } })],
      is('warning', 'SELECTS_NOTHING'),
    ],
    [
      'is for a Gateway with a slip',
      [...shop, gateway('*'), virtual({ host: 'shop' }, { gateways: ['egde'] })],
      missing,
    ],
    [
      'is for a host that its Gateway is not for',
      [...shop, gateway('default/*.example.com'), virtual({ host: 'shop' }, { gateways: ['edge'] })],
      is('error', 'ROUTE_NOT_ATTACHED'),
    ],
    ['leads to what is there', [...shop, virtual({ host: 'shop', port: { number: 80 } })], silent],
    [
      'leads to a subset of a whole name',
      [...shop, rule('shop.default.svc.cluster.local', v1), virtual({ host: 'shop', subset: 'v1' })],
      silent,
    ],
    [
      'leads to a host that an entry declares',
      [
        ...shop,
        object('networking.istio.io/v1', 'ServiceEntry', { hosts: ['legacy'], resolution: 'STATIC' }),
        virtual({ host: 'legacy', port: { number: 9000 } }),
      ],
      silent,
    ],
    ['leads outside', [...shop, virtual({ host: 'api.example.net', port: { number: 443 } })], silent],
    [
      'is for a Gateway elsewhere, and the mesh',
      [...shop, virtual({ host: 'shop' }, { gateways: ['istio-system/edge', 'mesh'] })],
      silent,
    ],
    [
      'is for a host of its Gateway',
      [
        ...shop,
        gateway('other/a.example.org', './*.example.org'),
        virtual({ host: 'shop' }, { gateways: ['edge'] }),
      ],
      silent,
    ],
    [
      'is for its Gateway and the mesh',
      [
        ...shop,
        gateway('*.example.com'),
        virtual({ host: 'shop' }, { gateways: ['edge', 'mesh'], hosts: ['shop'] }),
      ],
      silent,
    ],
  ]);
});

describe('what scales', () => {
  const scaled = (target: Fields, ...triggers: Fields[]): Fields =>
    object('keda.sh/v1alpha1', 'ScaledObject', { scaleTargetRef: target, triggers });
  const redis = (address: string): Fields => ({
    type: 'redis',
    metadata: { address, listName: 'jobs', listLength: '5' },
  });
  judged([
    ['a Deployment with a slip', [...shop, scaled({ name: 'shpo' })], missing],
    [
      'a Deployment as a StatefulSet',
      [...shop, scaled({ name: 'shop', kind: 'StatefulSet' })],
      is('unknown', 'OBJECT_MISSING'),
    ],
    [
      'by a Service with a slip',
      [...shop, scaled({ name: 'shop' }, redis('cahce.default.svc.cluster.local:6379'))],
      noHost,
    ],
    ['by another port', [...shop, scaled({ name: 'shop' }, redis('cache.default.svc:6380'))], noPort],
    [
      'by a URL of another port',
      [
        ...shop,
        scaled(
          { name: 'shop' },
          {
            type: 'prometheus',
            metadata: { serverAddress: 'http://shop.default.svc.cluster.local:9090', query: 'sum(a:b)' },
          },
        ),
      ],
      noPort,
    ],
    [
      'what is there',
      [...shop, scaled({ name: 'shop' }, redis('cache.default.svc.cluster.local:6379'))],
      silent,
    ],
    [
      'by a name that is that of another namespace',
      [...shop, scaled({ name: 'shop' }, redis('redis:6379'))],
      silent,
    ],
    [
      'a resource of its own',
      [
        ...shop,
        object(
          'argoproj.io/v1alpha1',
          'Rollout',
          { strategy: { blueGreen: { activeService: 'shop' } } },
          'site',
        ),
        scaled({ apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', name: 'site' }),
      ],
      silent,
    ],
    [
      'a rollout whose Service is not there',
      [
        ...shop,
        object('argoproj.io/v1alpha1', 'Rollout', {
          strategy: { canary: { canaryService: 'shop-canary', stableService: 'shop' } },
        }),
      ],
      perhapsNoHost,
    ],
  ]);
});

test.each([
  [
    'a host',
    object('networking.istio.io/v1', 'VirtualService', {
      hosts: ['a'],
      http: [{ route: [{ destination: { host: 'shpo.default.svc.cluster.local' } }] }],
    }),
  ],
  [
    'an address',
    object('keda.sh/v1alpha1', 'ScaledObject', {
      scaleTargetRef: { name: 'shop' },
      triggers: [{ type: 'redis', metadata: { address: 'redis://cache.default.svc:6380' } }],
    }),
  ],
  [
    'a name',
    object('traefik.io/v1alpha1', 'IngressRoute', { routes: [{ services: [{ name: 'shpo', port: 80 }] }] }),
  ],
  [
    'a port',
    object('traefik.io/v1alpha1', 'IngressRoute', { routes: [{ services: [{ name: 'shop', port: 81 }] }] }),
  ],
])('a fix of %s mends it, at its line', (_, route) => {
  const { found, line, left } = mended(...shop, route);
  expect(found).toHaveLength(1);
  expect(line).toMatch(/shpo|6380|81/);
  expect(left).toEqual([]);
});
