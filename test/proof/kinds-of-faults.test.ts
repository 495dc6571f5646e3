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
} from './small-manifests.ts';

/** Faults that people make in manifests of their own programs, each kind in several variations beside what is right. */

describe('$(NAME) in a ConfigMap', () => {
  const whole = (data: Fields, own: Fields[] = []): Fields[] => [
    configMap('settings', data),
    deployment('billing', { envFrom: [{ configMapRef: { name: 'settings' } }], env: own }),
  ];
  judged([
    ['of a neighbour', whole({ HOST: 'db', DSN: 'sql:$(HOST)' }), is('error', 'ENV_REFERENCE')],
    [
      'of the container',
      whole({ DSN: 'sql:$(USER_NAME)' }, env({ USER_NAME: 'a' })),
      is('error', 'ENV_REFERENCE'),
    ],
    [
      'taken by its key',
      [
        configMap('settings', { link: 'x/$(ZONE)/y' }),
        deployment('billing', {
          env: [
            ...env({ ZONE: 'north' }),
            { name: 'LINK', valueFrom: { configMapKeyRef: { name: 'settings', key: 'link' } } },
          ],
        }),
      ],
      is('error', 'ENV_REFERENCE'),
    ],
    ['that nothing sets is a text', whole({ PROMPT: 'echo $(date)' }), silent],
    ['with a doubled sign is a text', whole({ HOST: 'db', DOC: 'write $$(HOST)' }), silent],
  ]);
});

describe('service links beside a host of an own program', () => {
  const linked = (
    variables: Readonly<Record<string, string>>,
    pod: Fields = { enableServiceLinks: true },
  ): Fields[] => [
    ...store('broker', 'registry.example.org/broker:2', 5672),
    deployment('mailer', { env: env(variables) }, pod),
  ];
  judged([
    ['without the port', linked({ BROKER_HOST: 'broker' }), is('warning', 'SERVICE_LINK')],
    [
      'links are on by default',
      linked({ BROKER_HOST: 'broker' }, { enableServiceLinks: null }),
      is('warning', 'SERVICE_LINK'),
    ],
    ['with the port', linked({ BROKER_HOST: 'broker', BROKER_PORT: '5672' }), silent],
    ['links are off', linked({ BROKER_HOST: 'broker' }, {}), silent],
    [
      'of an image that reads a whole prefix',
      [
        service('kafka', 9092),
        deployment(
          'kafka',
          { image: 'confluentinc/cp-kafka:7.5.0', ports: [{ containerPort: 9092 }] },
          { enableServiceLinks: true },
        ),
      ],
      is('warning', 'SERVICE_LINK'),
    ],
    [
      'of Neo4j, by the beginning of a name',
      [
        service('neo4j-browser', 7474),
        deployment(
          'neo4j-browser',
          { image: 'neo4j:5.26', ports: [{ containerPort: 7474 }] },
          { enableServiceLinks: true },
        ),
      ],
      is('warning', 'SERVICE_LINK'),
    ],
  ]);
});

describe('an autoscaler by a share', () => {
  const scaler = (metrics: Fields[]): Fields => ({
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'cart' },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'cart' },
      maxReplicas: 4,
      metrics,
    },
  });
  const share = (name: string): Fields => ({
    type: 'Resource',
    resource: { name, target: { type: 'Utilization', averageUtilization: 70 } },
  });
  const cart = (resources: Fields): Fields => deployment('cart', { resources });
  judged([
    ['of nothing', [cart({}), scaler([share('cpu')])], is('warning', 'AUTOSCALER_BLIND')],
    [
      'of another resource',
      [cart({ requests: { cpu: '1' } }), scaler([share('memory')])],
      is('warning', 'AUTOSCALER_BLIND'),
    ],
    [
      'of one container',
      [
        cart({}),
        scaler([
          {
            type: 'ContainerResource',
            containerResource: {
              name: 'cpu',
              container: 'main',
              target: { type: 'Utilization', averageUtilization: 50 },
            },
          },
        ]),
      ],
      is('warning', 'AUTOSCALER_BLIND'),
    ],
    ['of a limit', [cart({ limits: { cpu: '2' } }), scaler([share('cpu')])], silent],
    [
      'an amount needs no request',
      [
        cart({}),
        scaler([
          {
            type: 'Resource',
            resource: { name: 'cpu', target: { type: 'AverageValue', averageValue: '500m' } },
          },
        ]),
      ],
      silent,
    ],
  ]);
});

describe('a rewrite by ingress-nginx', () => {
  const ingress = (target: string, path: string, pathType = 'Prefix'): Fields[] => [
    ...store('pages', 'registry.example.org/pages:4', 8080),
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
      metadata: { name: 'pages', annotations: { 'nginx.ingress.kubernetes.io/rewrite-target': target } },
      spec: {
        rules: [
          {
            http: {
              paths: [{ path, pathType, backend: { service: { name: 'pages', port: { number: 8080 } } } }],
            },
          },
        ],
      },
    },
  ];
  judged([
    ['of everything', ingress('/', '/'), is('warning', 'ROUTE')],
    ['of a folder', ingress('/', '/shop'), is('warning', 'ROUTE')],
    [
      'by a group the path has not',
      ingress('/$2', '/shop(/.*)', 'ImplementationSpecific'),
      is('warning', 'ROUTE'),
    ],
    ['by its group', ingress('/$2', '/shop(/|$)(.*)', 'ImplementationSpecific'), silent],
    ['of one exact path', ingress('/', '/login', 'Exact'), silent],
    ['of an exact path by a group it has not', ingress('/$2', '/login', 'Exact'), is('warning', 'ROUTE')],
    ['by the first group of a path without any', ingress('/$1', '/shop'), is('warning', 'ROUTE')],
  ]);
});

describe('what a server is told to listen on', () => {
  const served = (container: Fields, targetPort = 8000): Fields[] => [
    service('rates', 80, targetPort),
    deployment('rates', { ports: [{ containerPort: 8000 }], ...container }),
  ];
  judged([
    [
      'another port',
      served({ command: ['uvicorn', 'a:b', '--port', '9000'] }),
      is('error', 'CONTAINER_PORT'),
    ],
    [
      'another port, bound',
      served({ args: ['gunicorn', '-b', '0.0.0.0:5000', 'a:b'] }),
      is('error', 'CONTAINER_PORT'),
    ],
    [
      'another port, in a script',
      served({
        command: ['sh', '-c', 'exec uvicorn a:b --host 0.0.0.0 --port=$PORT'],
        env: env({ PORT: '8001' }),
      }),
      is('error', 'CONTAINER_PORT'),
    ],
    ['another port in PORT', served({ env: env({ PORT: '3000' }) }), is('warning', 'CONTAINER_PORT')],
    [
      'its own address',
      served({ command: ['flask', 'run', '--host', 'localhost', '-p', '8000'] }),
      is('error', 'CONTAINER_PORT'),
    ],
    [
      'its own address, bound',
      served({ args: ['hypercorn', '--bind=127.0.0.1:8000', 'a:b'] }),
      is('error', 'CONTAINER_PORT'),
    ],
    [
      'the port that is declared',
      served({ command: ['uvicorn', 'a:b', '--host', '0.0.0.0', '--port', '8000'] }),
      silent,
    ],
    ['PORT as it is declared', served({ env: env({ PORT: '8000' }) }), silent],
  ]);
});

describe('what a variable of a Secret ends in', () => {
  const secret = (data: Fields, field = 'data'): Fields[] => [
    { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'keys' }, [field]: data },
    deployment('poster', {
      env: [{ name: 'POST_KEY', valueFrom: { secretKeyRef: { name: 'keys', key: 'post' } } }],
    }),
  ];
  const encoded = (text: string): Fields => ({ post: Buffer.from(text).toString('base64') });
  judged([
    ['a newline', secret(encoded('hunter2hunter2\n')), is('warning', 'SECRET_NEWLINE')],
    [
      'a newline, in plain text',
      secret({ post: 'hunter2hunter2\n' }, 'stringData'),
      is('warning', 'SECRET_NEWLINE'),
    ],
    [
      'a newline, taken whole',
      [
        { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'keys' }, data: encoded('abc\n') },
        deployment('poster', { envFrom: [{ secretRef: { name: 'keys' } }] }),
      ],
      is('warning', 'SECRET_NEWLINE'),
    ],
    ['nothing', secret(encoded('hunter2hunter2')), silent],
    ['a newline, as the lines of a certificate do', secret(encoded('-----BEGIN\nabc\n-----END\n')), silent],
  ]);
});

describe('a list of addresses', () => {
  const listed = (name: string, value: string): Fields[] => [
    ...store('node-a', 'registry.example.org/node:1', 9200),
    ...store('node-b', 'registry.example.org/node:1', 9200),
    deployment('search', { env: env({ [name]: value }) }),
  ];
  judged([
    [
      'with a host that is not there',
      listed('NODES', 'http://node-a:9200,http://node-x:9200'),
      is('error', 'HOST_UNKNOWN'),
    ],
    [
      'with a port that is not served',
      listed('SEEDS', 'node-a:9200;node-b:9300'),
      is('error', 'PORT_NOT_SERVED'),
    ],
    ['of one scheme', listed('STORE', 'mongodb://node-a:9200,node-z:9200/db'), is('error', 'HOST_UNKNOWN')],
    ['that is right', listed('NODES', 'http://node-a:9200, http://node-b:9200'), silent],
    ['in a sentence is a text', listed('NOTE', 'see node-x:9200 or node-y:9200'), silent],
  ]);
});

describe('what is spoken to a port', () => {
  const dialled = (image: string, port: number, variables: Readonly<Record<string, string>>): Fields[] => [
    ...store('target', image, port),
    deployment('caller', { env: env(variables) }),
  ];
  judged([
    [
      'Bolt to the browser',
      dialled('neo4j:5', 7474, { GRAPH: 'bolt://target:7474' }),
      is('error', 'PROTOCOL_MISMATCH'),
    ],
    [
      'Redis to an exporter',
      dialled('oliver006/redis_exporter:v1', 9121, { CACHE: 'redis://target:9121/0' }),
      is('error', 'PROTOCOL_MISMATCH'),
    ],
    [
      'PostgreSQL to MySQL',
      dialled('mysql:8', 3306, { DATABASE_URL: 'postgresql://target:3306/a' }),
      is('error', 'PROTOCOL_MISMATCH'),
    ],
    [
      'gRPC to REST',
      dialled('qdrant/qdrant:v1', 6333, { INDEX_HOST: 'target', INDEX_GRPC_PORT: '6333' }),
      is('error', 'PROTOCOL_MISMATCH'),
    ],
    [
      'HTTP to gRPC',
      dialled('qdrant/qdrant:v1', 6334, { INDEX: 'http://target:6334' }),
      is('warning', 'PROTOCOL_MISMATCH'),
    ],
    ['what it speaks', dialled('mysql:8', 3306, { DATABASE_URL: 'mysql://target:3306/a' }), silent],
    [
      'TLS of what it speaks',
      dialled('ollama/ollama:0.9', 11_434, { MODEL: 'https://target:11434' }),
      is('error', 'TLS_MISMATCH'),
    ],
  ]);
});

describe('an address in a configuration file', () => {
  const file = (name: string, text: string): Fields[] => [
    ...store('ledger', 'registry.example.org/ledger:1', 5432),
    ...mounting('audit', name, text),
  ];
  judged([
    ['of YAML', file('audit.yaml', 'db:\n  host: ledgers\n  port: 5432\n'), is('warning', 'HOST_UNKNOWN')],
    ['of JSON', file('audit.json', '{"db":{"host":"leger","port":5432}}'), is('warning', 'HOST_UNKNOWN')],
    ['in a list', file('audit.yml', 'sinks:\n- {host: ledgerr, port: 514}\n'), is('warning', 'HOST_UNKNOWN')],
    [
      'like no other',
      file('audit.yml', 'sinks:\n- {host: nowhere, port: 514}\n'),
      is('unknown', 'HOST_UNKNOWN'),
    ],
    ['that is right', file('audit.yaml', 'db:\n  host: ledger\n  port: 5432\n'), silent],
    ['to listen on', file('audit.yaml', 'server:\n  host: localhost\n  port: 9999\n'), silent],
    ['outside', file('audit.yaml', 'mail:\n  host: smtp.example.org\n  port: 25\n'), silent],
  ]);
});

describe('a volume of a pod that is not root', () => {
  const claim = {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'books' },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
  };
  const keeper = (pod: Fields, container: Fields = {}): Fields[] => [
    claim,
    deployment(
      'library',
      { volumeMounts: [{ name: 'books', mountPath: '/books' }], ...container },
      { volumes: [{ name: 'books', persistentVolumeClaim: { claimName: 'books' } }], ...pod },
    ),
  ];
  judged([
    ['by its pod', keeper({ securityContext: { runAsUser: 1234 } }), is('warning', 'PATH_NOT_WRITABLE')],
    [
      'by its container',
      keeper({}, { securityContext: { runAsUser: 1234 } }),
      is('warning', 'PATH_NOT_WRITABLE'),
    ],
    ['by its image', keeper({ securityContext: { runAsNonRoot: true } }), is('warning', 'PATH_NOT_WRITABLE')],
    ['with a group', keeper({ securityContext: { runAsUser: 1234, fsGroup: 1234 } }), silent],
    ['that root may have', keeper({ securityContext: { runAsUser: 0 } }), silent],
    [
      'that an init step prepares',
      keeper({
        securityContext: { runAsUser: 1234 },
        initContainers: [
          {
            name: 'own',
            image: 'busybox:1',
            command: ['chown', '-R', '1234', '/books'],
            securityContext: { runAsUser: 0 },
            volumeMounts: [{ name: 'books', mountPath: '/books' }],
          },
        ],
      }),
      silent,
    ],
  ]);
});

describe('a read-only root', () => {
  const closed = (image: string, container: Fields = {}, pod: Fields = {}): Fields[] => [
    deployment('closed', { image, securityContext: { readOnlyRootFilesystem: true }, ...container }, pod),
  ];
  const scratch = (...paths: string[]): [Fields, Fields] => [
    { volumeMounts: paths.map((mountPath, index) => ({ name: `v${index}`, mountPath })) },
    { volumes: paths.map((_, index) => ({ name: `v${index}`, emptyDir: {} })) },
  ];
  judged([
    ['of nginx', closed('nginx:1.27'), is('warning', 'PATH_NOT_WRITABLE')],
    ['of a Bitnami image', closed('bitnami/postgresql:16'), is('warning', 'PATH_NOT_WRITABLE')],
    [
      'of Redis that keeps a log',
      closed('redis:7', { args: ['--appendonly', 'yes'] }),
      is('warning', 'PATH_NOT_WRITABLE'),
    ],
    [
      'of Redis that keeps nothing',
      closed('redis:7', { args: ['--save', '', '--maxmemory', '64mb'] }),
      silent,
    ],
    ['of nginx with its folders', closed('nginx:1.27', ...scratch('/var/cache/nginx', '/run')), silent],
  ]);
});

describe('settings of Neo4j 4', () => {
  const graph = (tag: string, name: string, value: string): Fields[] => [
    deployment('graph', { image: `neo4j:${tag}`, env: env({ [name]: value }) }),
  ];
  judged([
    ['the page cache', graph('5.26', 'NEO4J_dbms_memory_pagecache_size', '1G'), is('warning', 'BAD_SETTING')],
    [
      'a connector',
      graph('2025.04.0', 'NEO4J_dbms_connector_bolt_listen__address', ':7687'),
      is('warning', 'BAD_SETTING'),
    ],
    ['the database', graph('5', 'NEO4J_dbms_default__database', 'neo4j'), is('warning', 'BAD_SETTING')],
    ['are right for it', graph('4.4', 'NEO4J_dbms_memory_pagecache_size', '1G'), silent],
    ['by their new name', graph('5', 'NEO4J_server_memory_pagecache_size', '1G'), silent],
  ]);
});

describe('an account that is not there', () => {
  const account = (name: string): Fields => ({
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name },
  });
  const runs = (serviceAccountName: string): Fields => deployment('job-runner', {}, { serviceAccountName });
  judged([
    ['beside another', [account('reader'), account('other'), runs('readers')], is('error', 'OBJECT_MISSING')],
    ['and none else', [runs('runner')], is('unknown', 'OBJECT_MISSING')],
    ['that every namespace has', [runs('default')], silent],
    ['that is there', [account('runner'), runs('runner')], silent],
  ]);
});
