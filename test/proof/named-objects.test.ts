import { describe } from 'vitest';
import { deployment, env, is, judged, service, silent, type Fields } from './small-manifests.ts';

/** Classes and other objects that are asked for by name, and ports that are told to those who look for them. */

const named = (apiVersion: string, kind: string, name: string, spec?: Fields): Fields => ({
  ...{ apiVersion, kind, metadata: { name } },
  ...(spec ? { spec } : {}),
});

describe('a class', () => {
  const classes = ['fast', 'gp3'].map((name) => ({
    ...named('storage.k8s.io/v1', 'StorageClass', name),
    provisioner: 'example.org/disk',
  }));
  const claim = (storageClassName: string): Fields[] => [
    ...classes,
    named('v1', 'PersistentVolumeClaim', 'data', {
      ...{ accessModes: ['ReadWriteOnce'], storageClassName },
      resources: { requests: { storage: '1Gi' } },
    }),
    deployment(
      'app',
      { volumeMounts: [{ name: 'data', mountPath: '/data' }] },
      { volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }] },
    ),
  ];
  judged([
    ['of storage that is there', claim('fast'), silent],
    ['of storage with a slip', claim('fasst'), is('error', 'OBJECT_MISSING')],
    ['of storage of the cluster', claim('nfs-shared'), is('unknown', 'OBJECT_MISSING')],
    ['of storage, another of a row', claim('gp2'), is('unknown', 'OBJECT_MISSING')],
    [
      'of an Ingress, with a slip',
      [
        service('web', 80),
        deployment('web', { ports: [{ containerPort: 80 }] }),
        named('networking.k8s.io/v1', 'IngressClass', 'internal', { controller: 'example.org/ingress' }),
        named('networking.k8s.io/v1', 'Ingress', 'web', {
          ingressClassName: 'internel',
          defaultBackend: { service: { name: 'web', port: { number: 80 } } },
        }),
      ],
      is('error', 'OBJECT_MISSING'),
    ],
  ]);
});

describe('what a custom resource names of its own group', () => {
  const middleware = named('traefik.io/v1alpha1', 'Middleware', 'strip', {
    stripPrefix: { prefixes: ['/a'] },
  });
  const route = (name: string): Fields[] => [
    service('web', 80),
    deployment('web', { ports: [{ containerPort: 80 }] }),
    named('traefik.io/v1alpha1', 'IngressRoute', 'web', {
      routes: [
        {
          ...{ kind: 'Rule', match: 'PathPrefix(`/a`)', services: [{ name: 'web', port: 80 }] },
          middlewares: [{ name }],
        },
      ],
    }),
  ];
  const certificate = (issuerRef: Fields): Fields =>
    named('cert-manager.io/v1', 'Certificate', 'web', {
      secretName: 'web-tls',
      dnsNames: ['a.example.org'],
      issuerRef,
    });
  const issuer = named('cert-manager.io/v1', 'ClusterIssuer', 'letsencrypt', { acme: {} });
  judged([
    ['is there', [middleware, ...route('strip')], silent],
    ['has a slip', [middleware, ...route('stirp')], is('error', 'OBJECT_MISSING')],
    ['is not there', [middleware, ...route('compress')], is('warning', 'OBJECT_MISSING')],
    ['is of another provider', [middleware, ...route('compress@file')], silent],
    ['comes with other manifests', route('strip'), silent],
    ['is in no namespace', [issuer, certificate({ name: 'letsencrypt', kind: 'ClusterIssuer' })], silent],
    [
      'is in no namespace and has a slip',
      [issuer, certificate({ name: 'letsencypt', kind: 'ClusterIssuer' })],
      is('error', 'OBJECT_MISSING'),
    ],
  ]);
});

describe('the port that Prometheus is told to scrape', () => {
  const scraped = (port: string, name: string): Fields[] => {
    const object = structuredClone(deployment('app', { ports: [{ name, containerPort: 9100 }] })) as {
      spec: { template: { metadata: object } };
    };
    Object.assign(object.spec.template.metadata, {
      annotations: { 'prometheus.io/scrape': 'true', 'prometheus.io/port': port },
    });
    return [object];
  };
  judged([
    ['is declared', scraped('9100', 'metrics'), silent],
    ['is another than the one of metrics', scraped('9102', 'metrics'), is('warning', 'PORT_NOT_SERVED')],
    ['is not the one of a sidecar', scraped('15020', 'http-envoy-prom'), is('unknown', 'PORT_NOT_SERVED')],
    [
      'may be open beside the one that is declared',
      scraped('9101', 'http'),
      is('unknown', 'PORT_NOT_SERVED'),
    ],
  ]);
});

describe('the listeners of Kafka', () => {
  const broker = (image: string, listeners: string): Fields[] => [
    service('kafka', 9092),
    deployment('kafka', {
      ...{ image, ports: [{ containerPort: 9092 }] },
      env: env({ [image.startsWith('bitnami/') ? 'KAFKA_CFG_LISTENERS' : 'KAFKA_LISTENERS']: listeners }),
    }),
  ];
  judged([
    ['have the port', broker('apache/kafka:3.9.0', 'PLAINTEXT://:9092,CONTROLLER://:9093'), silent],
    [
      'do not have the port',
      broker('apache/kafka:3.9.0', 'PLAINTEXT://:9094,CONTROLLER://:9093'),
      is('error', 'CONTAINER_PORT'),
    ],
    [
      'of another image',
      broker('confluentinc/cp-kafka:7.9.0', 'PLAINTEXT://0.0.0.0:9094'),
      is('error', 'CONTAINER_PORT'),
    ],
    ['in another variable', broker('bitnami/kafka:3.9', 'PLAINTEXT://:9094'), is('error', 'CONTAINER_PORT')],
    ['are made by a script', broker('apache/kafka:3.9.0', 'PLAINTEXT://:${PORT}'), silent],
  ]);
});

describe('a Secret that is mounted and not there', () => {
  const mounting = (name: string): Fields =>
    deployment(
      'app',
      { volumeMounts: [{ name: 'tls', mountPath: '/tls' }] },
      { volumes: [{ name: 'tls', secret: { secretName: name } }] },
    );
  const near = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'web-tls-old' },
    stringData: { a: 'b' },
  };
  const certificate = named('cert-manager.io/v1', 'Certificate', 'serving', {
    ...{ secretName: 'web-tls-new', dnsNames: ['web.example.org'], issuerRef: { name: 'own' } },
  });
  judged([
    ['is called almost like another', [near, mounting('web-tls-new')], is('error', 'OBJECT_MISSING')],
    ['is made by a Certificate', [near, certificate, mounting('web-tls-new')], silent],
  ]);
});
