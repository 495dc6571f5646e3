import { describe } from 'vitest';
import {
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

/** Where programs are told to listen by variables, scripts and files, and what they are told in their words. */

const elsewhere = is('warning', 'CONTAINER_PORT');
const serving = (container: Fields, ...ports: Fields[]): Fields[] => [
  deployment('web', { ports: ports.length > 0 ? ports : [{ containerPort: 8080 }], ...container }),
];

describe('a variable that says where its program listens', () => {
  judged([
    ['of Spring', serving({ env: env({ SERVER_PORT: '8090' }) }), elsewhere],
    ['of Kestrel', serving({ env: env({ ASPNETCORE_URLS: 'http://+:80' }) }), elsewhere],
    ['of several listeners', serving({ env: env({ ASPNETCORE_URLS: 'http://+:80;https://+:443' }) }), silent],
    [
      'of the management beside it',
      serving(
        { env: env({ MANAGEMENT_SERVER_PORT: '8082' }) },
        { name: 'http', containerPort: 8080 },
        { name: 'management', containerPort: 8081 },
      ),
      elsewhere,
    ],
    [
      'called after its image',
      serving({ image: 'example.org/imgproxy:3', env: env({ IMGPROXY_BIND: ':8081' }) }),
      elsewhere,
    ],
    ['called after another program', serving({ env: env({ RAFT_BIND_ADDR: ':7000' }) }), silent],
    [
      'of a server that it dials',
      serving({ env: env({ SERVER_HOST: 'api.example.org', SERVER_PORT: '90' }) }),
      silent,
    ],
    ['as it is declared', serving({ env: env({ SERVER_PORT: '8080' }) }), silent],
  ]);
});

describe('an option that says where its program listens', () => {
  const ports = [
    { name: 'web', containerPort: 8000 },
    { name: 'webhook', containerPort: 8443 },
  ];
  judged([
    ['by a part of its name', serving({ args: ['--entryPoints.web.address=:80/tcp'] }, ...ports), elsewhere],
    ['by the name of a port', serving({ args: ['--validating-webhook=:9443'] }, ...ports), elsewhere],
    [
      'at the end of a script',
      serving({ command: ['sh', '-c', 'mkdir -p /data && exec files server --address ":9002" /data'] }),
      elsewhere,
    ],
    ['as it is declared', serving({ args: ['--validating-webhook=:8443'] }, ...ports), silent],
  ]);
});

describe('a file that says where its program listens', () => {
  const filed = (file: string, text: string, own: Fields = {}): Fields[] => {
    const [files, web] = mounting('web', file, text) as [Fields, Fields];
    const { template, ...spec } = web['spec'] as {
      template: { metadata: Fields; spec: { containers: Fields[] } };
    };
    const containers = template.spec.containers.map((one) => ({
      ...one,
      ...{ ports: [{ name: 'http', containerPort: 8080 }], ...own },
    }));
    return [
      files,
      { ...web, spec: { ...spec, template: { ...template, spec: { ...template.spec, containers } } } },
    ];
  };
  judged([
    ['of Spring', filed('application.yml', 'server:\n  port: 8083\n'), elsewhere],
    ['of Spring, a setting a row', filed('application.properties', 'server.port=8083\n'), elsewhere],
    [
      'of Spring, where a variable says otherwise',
      filed('application.yml', 'server:\n  port: 8083\n', { env: env({ SERVER_PORT: '8080' }) }),
      silent,
    ],
    [
      'of Spring, by profiles',
      filed('application.yml', 'server:\n  port: 8083\n---\nserver:\n  port: 8080\n'),
      silent,
    ],
    ['of Grafana', filed('grafana.ini', '[server]\nhttp_port = 3001\n'), elsewhere],
    ['of Loki', filed('loki.yaml', 'server:\n  http_listen_port: 3200\n'), elsewhere],
    ['of another program', filed('settings.yml', 'server:\n  port: 8083\n'), silent],
    ['in a list', filed('application.yml', 'all:\n  - server:\n      port: 8083\n'), silent],
    ['as it is declared', filed('application.yml', 'server:\n  port: 8080\n'), silent],
    ['that is no YAML', filed('application.yml', 'server: [\n'), silent],
  ]);
});

describe('$(NAME) in the words of a container', () => {
  const started = (word: string, own: Fields = {}): Fields[] => [
    deployment('cache', { args: ['--requirepass', word], ...own }),
  ];
  judged([
    ['that nothing sets', started('$(CACHE_PASSWORD)'), is('error', 'ENV_REFERENCE')],
    ['that is set', started('$(CACHE_PASSWORD)', { env: env({ CACHE_PASSWORD: 'a' }) }), silent],
    [
      'that a Secret kept elsewhere may set',
      started('$(CACHE_PASSWORD)', { envFrom: [{ secretRef: { name: 'keys' } }] }),
      silent,
    ],
    ['is a command of a shell', started('$(date)'), silent],
  ]);
});

describe('a script that looks up a name', () => {
  const waiting = (command: string): Fields[] => [
    ...store('store', 'registry.example.org/store:1', 5000),
    deployment(
      'web',
      {},
      { initContainers: [{ name: 'wait', image: 'busybox:1.36', command: ['sh', '-c', command] }] },
    ),
  ];
  judged([
    [
      'that is not there',
      waiting('until nslookup stores.default.svc.cluster.local; do sleep 1; done'),
      is('error', 'HOST_UNKNOWN'),
    ],
    ['that is there', waiting('until nslookup store; do sleep 1; done'), silent],
    ['that the shell makes', waiting('until nslookup store.$(cat /ns).svc; do sleep 1; done'), silent],
  ]);
});

describe('a port that speaks another protocol', () => {
  const dialled = (image: string, port: number, url: string): Fields[] => [
    ...store('store', image, port),
    deployment('web', { env: env({ STORE_URL: url }) }),
  ];
  const wrong = is('warning', 'PROTOCOL_MISMATCH');
  judged([
    ['of ClickHouse', dialled('clickhouse/clickhouse-server:24.3', 9000, 'http://store:9000'), wrong],
    ['of Elasticsearch', dialled('elasticsearch:8.15.0', 9300, 'http://store:9300'), wrong],
    ['is spoken', dialled('clickhouse/clickhouse-server:24.3', 8123, 'http://store:8123'), silent],
  ]);
});

describe('a store beside a program, by a variable called after the program', () => {
  const pod = (url: string): Fields[] => {
    const web = deployment('finder', {
      ...{ image: 'example.org/finder:1', env: env({ FINDER_REDIS_URL: url }) },
      ports: [{ containerPort: 8080 }],
    }) as { spec: { template: { spec: { containers: Fields[] } } } };
    web.spec.template.spec.containers.push({
      ...{ name: 'redis', image: 'redis:7-alpine', ports: [{ containerPort: 6379 }] },
    });
    return [web, service('finder', 8080)];
  };
  judged([
    ['on another port', pod('redis://localhost:6380/0'), is('warning', 'HOST_IS_ITSELF')],
    ['on its port', pod('redis://localhost:6379/0'), silent],
  ]);
});

describe('a connection string without a port', () => {
  const connecting = (text: string): Fields[] => [
    ...store('mssql', 'registry.example.org/store:1', 1433),
    deployment('web', { env: env({ ConnectionStrings__Default: text }) }),
  ];
  judged([
    [
      'of a server that is not there',
      connecting('Server=sqlserver;Database=shop;User Id=sa'),
      is('error', 'HOST_UNKNOWN'),
    ],
    ['of one that is there', connecting('Server=mssql;Database=shop;User Id=sa'), silent],
    ['of a file', connecting('Data Source=shop.sqlite;Cache=Shared'), silent],
    ['of a server in the world', connecting('Data Source=sql.example.org;Initial Catalog=shop'), silent],
  ]);
});
