import { describe } from 'vitest';
import {
  configMap,
  deployment,
  env,
  is,
  judged,
  mounting,
  service,
  silent,
  store,
  type Fields,
  type Variation,
} from './small-manifests.ts';

/** Forms of public sets that were called wrong, beside what is wrong. */

const custom: Fields = {
  apiVersion: 'search.example.com/v1',
  kind: 'Search',
  metadata: { name: 'books' },
  spec: {},
};
const others = store('web', 'registry.example.org/web:1', 8080);

describe('what an operator may make', () => {
  const ingress = (name: string): Fields => ({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name: 'front' },
    spec: { defaultBackend: { service: { name, port: { number: 9200 } } } },
  });
  const dialling = (host: string): Fields =>
    deployment('app', { env: env({ SEARCH_URL: `http://${host}:9200` }) });
  const taking = (name: string): Fields => deployment('app', { envFrom: [{ configMapRef: { name } }] });
  judged([
    ['a Service of an Ingress', [...others, custom, ingress('books-http')], is('unknown', 'HOST_UNKNOWN')],
    ['a Service that is dialled', [...others, custom, dialling('books-http')], is('unknown', 'HOST_UNKNOWN')],
    ['a ConfigMap', [configMap('web', {}), custom, taking('books-nodes')], is('unknown', 'OBJECT_MISSING')],
    ['a Service of another name', [...others, custom, ingress('films-http')], is('error', 'HOST_UNKNOWN')],
    [
      'a ConfigMap of another name',
      [configMap('web', {}), custom, taking('films-nodes')],
      is('error', 'OBJECT_MISSING'),
    ],
  ]);
});

describe('a value that is as good as none', () => {
  const node = (nodePort: number, type: string): Fields[] => {
    const object = service('web', 80, 8080);
    const spec = { ...(object['spec'] as Fields), type, ports: [{ port: 80, targetPort: 8080, nodePort }] };
    return [{ ...object, spec }, deployment('web', { ports: [{ containerPort: 8080 }] })];
  };
  judged([
    ['of a node port', node(0, 'NodePort'), silent],
    ['of a node port that may not be there', node(0, 'ClusterIP'), silent],
    ['of a port beside a host', [deployment('app', { env: env({ API_HOST: '', API_PORT: '' }) })], silent],
    ['of a node port that is none', node(80, 'NodePort'), is('error', 'INVALID_FIELD')],
    [
      'of a port that is none',
      [deployment('app', { env: env({ API_HOST: 'a.example.org', API_PORT: 'web' }) })],
      is('error', 'ENV_INVALID'),
    ],
  ]);
});

describe('a Secret', () => {
  const secret = (data: Fields): Fields[] => [
    { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'keys' }, stringData: data },
    deployment('app', { env: [{ name: 'KEY', valueFrom: { secretKeyRef: { name: 'keys', key: 'key' } } }] }),
  ];
  judged([
    ['with nothing in it is for others to fill', secret({}), is('warning', 'KEY_MISSING')],
    ['with another key', secret({ other: 'x' }), is('error', 'KEY_MISSING')],
    ['with the key', secret({ key: 'x' }), silent],
  ]);
});

describe('two ports of a pod', () => {
  const pod = (one: Fields, other: Fields): Fields[] => [
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'both' },
      spec: {
        enableServiceLinks: false,
        containers: [
          { name: 'one', image: 'example.org/one:1', ports: [one] },
          { name: 'other', image: 'example.org/other:1', ports: [other] },
        ],
      },
    },
  ];
  judged([
    [
      'of one name in two containers',
      pod({ name: 'http', containerPort: 80 }, { name: 'http', containerPort: 90 }),
      silent,
    ],
    [
      'of one number',
      pod({ name: 'a', containerPort: 80 }, { name: 'b', containerPort: 80 }),
      is('warning', 'PORT_TWICE'),
    ],
    ['of their own', pod({ name: 'a', containerPort: 80 }, { name: 'b', containerPort: 90 }), silent],
  ]);
});

describe('addresses as people write them', () => {
  const peers = (replicas = 3): Fields[] => [
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'peers', namespace: 'queue' },
      spec: { clusterIP: 'None', selector: { app: 'queue' }, ports: [{ port: 9092 }] },
    },
    {
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata: { name: 'queue', namespace: 'queue' },
      spec: {
        replicas,
        serviceName: 'peers',
        selector: { matchLabels: { app: 'queue' } },
        template: {
          metadata: { labels: { app: 'queue' } },
          spec: {
            enableServiceLinks: false,
            containers: [
              {
                ...{ name: 'main', image: 'registry.example.org/queue:1', args: ['--voters=:9093'] },
                ports: [{ containerPort: 9092 }],
              },
            ],
          },
        },
      },
    },
  ];
  const told = (name: string, value: string, namespace = 'shop'): Fields[] => [
    { ...deployment('web', { env: env({ [name]: value }) }), metadata: { name: 'web', namespace } },
    { ...service('web', 80), metadata: { name: 'web', namespace } },
    ...peers(),
  ];
  judged([
    ['a pod by its namespace', told('QUEUE_SERVERS', 'queue-0.peers.queue:9092'), silent],
    [
      'a pod in a namespace without its Service',
      told('QUEUE_SERVERS', 'queue-0.peers.shop:9092'),
      is('error', 'HOST_UNKNOWN'),
    ],
    [
      'a pod that is not there',
      told('QUEUE_SERVERS', 'queue-3.peers.queue:9092'),
      is('error', 'HOST_UNKNOWN'),
    ],
    [
      'a pod that is not there, in full',
      told('QUEUE_URL', 'http://queue-3.peers.queue.svc:9092'),
      is('error', 'HOST_UNKNOWN'),
    ],
    ['members of a quorum', told('VOTERS', '0@queue-0.peers:9092,1@queue-1.peers:9093', 'queue'), silent],
    [
      'a member of a quorum that is not there',
      told('VOTERS', '0@queue-0.peers:9093,1@queue-1.piers:9093', 'queue'),
      is('error', 'HOST_UNKNOWN'),
    ],
    ['a list in JSON', told('QUEUE_LIST', '["http://peers.queue:9092"]'), silent],
    [
      'a list in JSON with another port',
      told('QUEUE_LIST', '["http://peers.queue:9091"]'),
      is('warning', 'PORT_NOT_SERVED'),
    ],
    [
      'a map in JSON',
      told('QUEUE_MAP', '{"a": {"url": "http://pears.queue:9092"}}'),
      is('error', 'HOST_UNKNOWN'),
    ],
    ['a text in JSON that is no address', told('QUEUE_MAP', '{"image": "queue:9092"}'), silent],
  ]);
});

describe('addresses in mounted files', () => {
  const files = (file: string, text: string): Fields[] => [
    ...mounting('web', file, text),
    ...store('cache', 'valkey/valkey:8', 6379),
  ];
  judged([
    ['of a list under a key of addresses', files('a.yaml', 'a:\n  targets: ["cache:6379"]\n'), silent],
    [
      'of a list, with another port',
      files('a.yaml', 'a:\n  targets: ["cache:6378"]\n'),
      is('warning', 'PORT_NOT_SERVED'),
    ],
    [
      'of a key of servers',
      files('a.yaml', 'bootstrap-servers: cache:6378\n'),
      is('warning', 'PORT_NOT_SERVED'),
    ],
    ['of a key of other things', files('a.yaml', 'image: cache:6378\ntime: "cache:6378"\n'), silent],
    [
      'as Envoy writes them',
      files('a.yaml', 'a: {socket_address: {address: cache, port_value: 6378}}\n'),
      is('warning', 'PORT_NOT_SERVED'),
    ],
    [
      'where Envoy listens',
      files('a.yaml', 'a: {socket_address: {address: 0.0.0.0, port_value: 6378}}\n'),
      silent,
    ],
  ]);
});

describe('a part of a ConfigMap that is mounted alone', () => {
  const mount = (subPath: string, items?: Fields[]): Fields[] => [
    configMap('files', { 'log.xml': '<a/>' }),
    deployment(
      'web',
      { volumeMounts: [{ name: 'files', mountPath: '/app/log.xml', subPath }] },
      { volumes: [{ name: 'files', configMap: { name: 'files', ...(items ? { items } : {}) } }] },
    ),
  ];
  judged([
    ['is in it', mount('log.xml'), silent],
    ['is not in it', mount('logs.xml'), is('error', 'KEY_MISSING')],
    ['is in it under another path', mount('etc/log.xml', [{ key: 'log.xml', path: 'etc/log.xml' }]), silent],
    ['is a folder in it', mount('etc', [{ key: 'log.xml', path: 'etc/log.xml' }]), silent],
    [
      'is in it under another path only',
      mount('log.xml', [{ key: 'log.xml', path: 'a.xml' }]),
      is('error', 'KEY_MISSING'),
    ],
  ]);
});

describe('a preStop hook', () => {
  const stops = (preStop: Fields, pod: Fields = {}): Fields[] => [
    deployment('web', { lifecycle: { preStop } }, pod),
  ];
  const exec = (...command: string[]): Fields => ({ exec: { command } });
  judged([
    ['that waits a while', stops(exec('sleep', '5')), silent],
    ['that waits as long as the pod has', stops(exec('sleep', '30')), is('warning', 'GRACE')],
    [
      'that waits so in a script',
      stops(exec('sh', '-c', 'touch /a && sleep 20; sleep 20')),
      is('warning', 'GRACE'),
    ],
    ['that waits so without a program', stops({ sleep: { seconds: 30 } }), is('warning', 'GRACE')],
    ['of a pod that has the time', stops(exec('sleep', '30'), { terminationGracePeriodSeconds: 60 }), silent],
  ]);
});

describe('a PriorityClass', () => {
  const high = {
    ...{ apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata: { name: 'media-high' } },
    value: 1000,
  };
  const pod = (priorityClassName: string): Fields => deployment('web', {}, { priorityClassName });
  judged([
    ['that is there', [high, pod('media-high')], silent],
    ['of the cluster', [high, pod('system-node-critical')], silent],
    ['by a slip', [high, pod('media-hihg')], is('error', 'OBJECT_MISSING')],
    ['of another name', [high, pod('batch')], is('unknown', 'OBJECT_MISSING')],
    ['where none is here', [pod('batch')], silent],
  ]);
});

describe('a webhook', () => {
  const hook = (name: string, port?: number): Fields => ({
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingWebhookConfiguration',
    metadata: { name: 'checks' },
    webhooks: [
      {
        ...{ name: 'a.example.org', sideEffects: 'None', admissionReviewVersions: ['v1'] },
        clientConfig: { service: { name, namespace: 'default', ...(port ? { port } : {}) } },
      },
    ],
  });
  const checker = [deployment('checker', {}), service('checker', 443, 9443)];
  judged([
    ['that is served', [hook('checker'), ...checker], silent],
    ['on a port that is not served', [hook('checker', 8443), ...checker], is('error', 'PORT_NOT_SERVED')],
    ['of a Service that is not there', [hook('chequer'), ...checker], is('error', 'HOST_UNKNOWN')],
    ['of a Service of other manifests', [hook('checker')], is('unknown', 'HOST_UNKNOWN')],
  ]);
});

describe('the API server asks a Service', () => {
  const served = { name: 'metrics', namespace: 'default' };
  const group = (asked: Fields | null): Fields => ({
    ...{ apiVersion: 'apiregistration.k8s.io/v1', kind: 'APIService' },
    metadata: { name: 'v1.metrics.example.org' },
    spec: {
      ...{ group: 'metrics.example.org', version: 'v1', groupPriorityMinimum: 100, versionPriority: 10 },
      ...(asked ? { insecureSkipTLSVerify: true, service: asked } : {}),
    },
  });
  const conversion = (asked: Fields | undefined): Fields => ({
    ...{ apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' },
    metadata: { name: 'cars.example.org' },
    spec: {
      ...{ group: 'example.org', scope: 'Namespaced' },
      names: { kind: 'Car', listKind: 'CarList', plural: 'cars', singular: 'car' },
      conversion: asked
        ? {
            strategy: 'Webhook',
            webhook: { conversionReviewVersions: ['v1'], clientConfig: { service: asked } },
          }
        : { strategy: 'None' },
      versions: [
        { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } },
      ],
    },
  });
  const server = [deployment('metrics', {}), service('metrics', 443, 9443)];
  judged(
    ([group, conversion] as const).flatMap((asking): Variation[] => [
      [`${asking.name}, which is there`, [asking(served), ...server], silent],
      [
        `${asking.name}, by a slip`,
        [asking({ ...served, name: 'metrcs' }), ...server],
        is('error', 'HOST_UNKNOWN'),
      ],
      [
        `${asking.name}, on a port it does not serve`,
        [asking({ ...served, port: 8443 }), ...server],
        is('error', 'PORT_NOT_SERVED'),
      ],
      [`${asking.name}, of other manifests`, [asking(served)], is('unknown', 'HOST_UNKNOWN')],
    ]),
  );
  judged([
    ['for a group of its own', [group(null), ...server], silent],
    ['to turn no object', [conversion(undefined), ...server], silent],
  ]);
});

describe('a ServiceMonitor', () => {
  const monitor = (labels: Fields, port: string, namespaceSelector?: Fields): Fields => ({
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'ServiceMonitor',
    metadata: { name: 'web', namespace: 'watch' },
    spec: {
      selector: { matchLabels: labels },
      namespaceSelector: namespaceSelector ?? { matchNames: ['shop'] },
      endpoints: [{ port }],
    },
  });
  const web: Fields[] = [
    { ...deployment('web', {}), metadata: { name: 'web', namespace: 'shop' } },
    { ...service('web', 80), metadata: { name: 'web', namespace: 'shop', labels: { app: 'web' } } },
  ];
  judged([
    ['of a port that is there', [monitor({ app: 'web' }, 'main'), ...web], silent],
    ['of any namespace', [monitor({ app: 'web' }, 'main', { any: true }), ...web], silent],
    [
      'of a port that is not there',
      [monitor({ app: 'web' }, 'mian'), ...web],
      is('warning', 'PORT_NOT_SERVED'),
    ],
    ['of a label by a slip', [monitor({ app: 'wbb' }, 'main'), ...web], is('warning', 'SELECTS_NOTHING')],
    ['of other manifests', [monitor({ app: 'metrics' }, 'main'), ...web], is('unknown', 'SELECTS_NOTHING')],
  ]);
});

describe('an option of an unknown program that says where it listens', () => {
  const program = (args: readonly string[], ports: readonly Fields[], more: Fields = {}): Fields[] => [
    deployment('web', { args, ports, ...more }),
  ];
  const http = { name: 'http', containerPort: 8080 };
  const health = { name: 'health', containerPort: 8081 };
  const probe = { livenessProbe: { httpGet: { port: 8081 } } };
  const warned = is('warning', 'CONTAINER_PORT');
  judged([
    ['is right', program(['--listen=:8080'], [http]), silent],
    ['is another port', program(['--listen=:8090'], [http]), warned],
    ['is another port in two words', program(['--web.listen-address', '0.0.0.0:8090'], [http]), warned],
    ['is another port, and one more is said', program(['--listen=:8090', '--admin=8080'], [http]), silent],
    ['is of no port that is declared', program(['--metrics-bind-address=:9090'], [http]), silent],
    ['is the address of the pod itself', program(['--listen=127.0.0.1:8090'], [http]), silent],
    ['is off', program(['--metrics-bind-address=:0', '--listen=:8080'], [http]), silent],
    [
      'is of another topic than one of its metrics',
      program(['--grpc-port=5000'], [{ name: 'grpc-metrics', containerPort: 9 }]),
      silent,
    ],
    ['is of a declared port by name', program(['--health-probe-bind-address=:8082'], [http, health]), warned],
    [
      'is of a port by its number',
      program(['--webhook-port=9443'], [{ name: 'webhook-server', containerPort: 9444 }]),
      warned,
    ],
    ['is what a probe asks', program(['--health-probe-bind-address=:8081'], [], probe), silent],
    [
      'is not what a probe asks',
      program(['--health-probe-bind-address=:8082'], [], probe),
      is('warning', 'PROBE_PORT'),
    ],
  ]);
});
