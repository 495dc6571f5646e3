import { describe } from 'vitest';
import {
  configMap,
  deployment,
  env,
  is,
  judged,
  service,
  silent,
  store,
  type Fields,
} from './small-manifests.ts';

/** What is known of programs that people run beside their own: each fault beside several right forms. */

/** A program behind a Service that leads to a port. */
const behind = (port: number, container: Fields, pod: Fields = {}): Fields[] => [
  service('front', 80, port),
  deployment('front', container, pod),
];

const claim: Fields = {
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name: 'books' },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
};

/** A container with a claim mounted at a path. */
const keeping = (mountPath: string, container: Fields, pod: Fields = {}): Fields[] => [
  claim,
  deployment(
    'keeper',
    { volumeMounts: [{ name: 'books', mountPath }], ...container },
    { volumes: [{ name: 'books', persistentVolumeClaim: { claimName: 'books' } }], ...pod },
  ),
];

const trust = { POSTGRES_HOST_AUTH_METHOD: 'trust' };

describe('PostgreSQL', () => {
  const server = (port: number, container: Fields, own: Readonly<Record<string, string>> = {}): Fields[] =>
    behind(port, { image: 'postgres:17.2', env: env({ ...trust, ...own }), ...container });
  judged([
    [
      'is told another port by a variable',
      server(5432, {}, { PGPORT: '5433' }),
      is('error', 'CONTAINER_PORT'),
    ],
    [
      'is told another port by an option',
      server(5432, { args: ['-c', 'port=6543'] }),
      is('error', 'CONTAINER_PORT'),
    ],
    [
      'is told another port by -p',
      server(5432, { args: ['postgres', '-p', '6543'] }),
      is('error', 'CONTAINER_PORT'),
    ],
    ['is led to a port of its own accord', server(5433, {}), is('warning', 'CONTAINER_PORT')],
    [
      'listens for itself',
      server(5432, { args: ['-c', 'listen_addresses=localhost'] }),
      is('error', 'CONTAINER_PORT'),
    ],
    ['has no password', behind(5432, { image: 'postgres:16' }), is('warning', 'BAD_SETTING')],
    [
      'keeps its data where release 18 does not',
      keeping('/var/lib/postgresql/data', { image: 'postgres:18.1-alpine', env: env(trust) }),
      is('error', 'BAD_SETTING'),
    ],
    [
      'may not start as root',
      deployedAs({ runAsNonRoot: true }, { image: 'postgres:17', env: env(trust) }),
      is('error', 'USER'),
    ],
    ['listens where it is led to', server(5432, {}), silent],
    ['is told the port it is led to', server(6543, { args: ['-p', '6543'] }, {}), silent],
    ['has a file of settings', server(7000, { args: ['-c', 'config_file=/etc/pg/pg.conf'] }), silent],
    [
      'has a password from a Secret',
      behind(5432, {
        image: 'postgres:17',
        env: [{ name: 'POSTGRES_PASSWORD_FILE', value: '/run/secrets/pg' }],
      }),
      silent,
    ],
    [
      'keeps its data where release 18 does',
      keeping('/var/lib/postgresql', { image: 'postgres:18', env: env(trust) }),
      silent,
    ],
    [
      'keeps its data where release 17 does',
      keeping('/var/lib/postgresql/data', { image: 'postgres:17', env: env(trust) }),
      silent,
    ],
    [
      'runs as its own user',
      deployedAs({ runAsNonRoot: true, runAsUser: 999 }, { image: 'postgres:17', env: env(trust) }),
      silent,
    ],
  ]);
});

function deployedAs(securityContext: Fields, container: Fields): Fields[] {
  return [deployment('front', container, { securityContext })];
}

describe('a URL to PostgreSQL', () => {
  const dialled = (url: string): Fields[] => [
    ...store('cache', 'redis:8', 6379),
    service('books', 5432),
    deployment('books', {
      image: 'pgvector/pgvector:pg17',
      ports: [{ containerPort: 5432 }],
      env: env(trust),
    }),
    deployment('teller', { env: env({ STORE: url }) }),
  ];
  judged([
    ['leads to a cache', dialled('postgresql+psycopg://app@cache:6379/a'), is('error', 'PROTOCOL_MISMATCH')],
    ['is of a cache', dialled('rediss://books:5432/0'), is('error', 'PROTOCOL_MISMATCH')],
    ['is of another database', dialled('jdbc:mysql://books:5432/a'), is('error', 'PROTOCOL_MISMATCH')],
    ['leads to it', dialled('postgres://app@books:5432/a'), silent],
    ['leads to it by a driver', dialled('postgresql+asyncpg://app@books/a'), silent],
    ['is of no known scheme', dialled('pgbouncer://books:5432/a'), silent],
  ]);
});

describe('FalkorDB', () => {
  const graph = (port: number, container: Fields): Fields[] =>
    behind(port, { image: 'falkordb/falkordb:v4.10.3', ports: [{ containerPort: port }], ...container });
  const dialled = (url: string, port = 6379): Fields[] => [
    ...store('graph', 'falkordb/falkordb:v4.10.3', port),
    deployment('teller', { env: env({ GRAPH: url }) }),
  ];
  judged([
    [
      'is told another port',
      graph(6379, { env: env({ REDIS_ARGS: '--port 6380' }) }),
      is('error', 'CONTAINER_PORT'),
    ],
    [
      'listens for itself',
      graph(6379, { env: env({ REDIS_ARGS: '--bind 127.0.0.1' }) }),
      is('error', 'CONTAINER_PORT'),
    ],
    [
      'is started without its module',
      graph(6379, { command: ['redis-server', '--save', '60 1'] }),
      is('warning', 'BAD_SETTING'),
    ],
    [
      'keeps a log on a read-only root',
      graph(6379, {
        env: env({ REDIS_ARGS: '--appendonly yes' }),
        securityContext: { readOnlyRootFilesystem: true },
      }),
      is('warning', 'PATH_NOT_WRITABLE'),
    ],
    ['is dialled by Bolt', dialled('bolt://graph:6379'), is('error', 'PROTOCOL_MISMATCH')],
    ['is dialled at its browser', dialled('falkor://graph:3000', 3000), is('error', 'PROTOCOL_MISMATCH')],
    ['listens where it is led to', graph(6379, { env: env({ REDIS_ARGS: '--requirepass abc' }) }), silent],
    [
      'is told the port it is led to',
      graph(6380, { env: env({ REDIS_ARGS: '--port 6380 --save 60 1' }) }),
      silent,
    ],
    ['shows its browser', graph(3000, {}), silent],
    ['is dialled as Redis', dialled('redis://graph:6379'), silent],
    ['is dialled by its own scheme', dialled('falkor://default@graph:6379'), silent],
  ]);
});

describe('a server of Python', () => {
  const served = (container: Fields): Fields[] =>
    behind(8000, { ports: [{ containerPort: 8000 }], ...container });
  judged([
    ['listens for itself, untold', served({ command: ['uvicorn', 'a:b'] }), is('warning', 'CONTAINER_PORT')],
    [
      'listens for itself, behind a wrapper',
      served({ command: ['poetry', 'run', 'uvicorn', 'a:b', '--port', '8000'] }),
      is('warning', 'CONTAINER_PORT'),
    ],
    [
      'listens for itself by a variable',
      served({ args: ['uvicorn', 'a:b'], env: env({ UVICORN_HOST: '127.0.0.1' }) }),
      is('error', 'CONTAINER_PORT'),
    ],
    [
      'listens for itself after other commands',
      served({ command: ['sh', '-c', 'alembic upgrade head && exec gunicorn a:b -b 127.0.0.1:8000'] }),
      is('error', 'CONTAINER_PORT'),
    ],
    [
      'is asked by kubelet only',
      [
        deployment('front', {
          command: ['flask', 'run', '--port', '8000'],
          readinessProbe: { httpGet: { path: '/', port: 8000 } },
        }),
      ],
      is('warning', 'CONTAINER_PORT'),
    ],
    [
      'has another port by a variable',
      served({ args: ['uvicorn', 'a:b', '--host', '0.0.0.0'], env: env({ UVICORN_PORT: '9000' }) }),
      is('error', 'CONTAINER_PORT'),
    ],
    [
      'has no folder for the files of its workers',
      served({
        command: ['gunicorn', '-b', '0.0.0.0:8000', 'a:b'],
        securityContext: { readOnlyRootFilesystem: true },
      }),
      is('warning', 'PATH_NOT_WRITABLE'),
    ],
    [
      'listens for others by a variable',
      served({ command: ['uvicorn', 'a:b'], env: env({ UVICORN_HOST: '0.0.0.0' }) }),
      silent,
    ],
    [
      'listens on a socket beside a proxy',
      served({ command: ['uvicorn', 'a:b', '--uds', '/run/a.sock'] }),
      silent,
    ],
    ['has a file of settings', served({ command: ['gunicorn', '-c', 'conf.py', 'a:b'] }), silent],
    ['may have a file of settings', served({ command: ['gunicorn', 'a:b'] }), silent],
    [
      'has a folder in memory for its workers',
      served({
        command: ['gunicorn', '-b', '0.0.0.0:8000', '--worker-tmp-dir', '/dev/shm', 'a:b'],
        securityContext: { readOnlyRootFilesystem: true },
      }),
      silent,
    ],
    [
      'is named in a message',
      served({ command: ['sh', '-c', 'echo starting uvicorn; exec ./serve'] }),
      silent,
    ],
  ]);
});

describe('Node.js', () => {
  const limited = (container: Fields): Fields[] => [
    deployment('web', { image: 'node:22', resources: { limits: { memory: '512Mi' } }, ...container }),
  ];
  judged([
    [
      'may take more than its limit',
      limited({ env: env({ NODE_OPTIONS: '--max-old-space-size=4096' }) }),
      is('warning', 'MEMORY'),
    ],
    [
      'may take more, by its command',
      limited({ command: ['node', '--max-old-space-size=512', 'a.js'] }),
      is('warning', 'MEMORY'),
    ],
    [
      'is told another port',
      behind(3000, { image: 'node:22', ports: [{ containerPort: 3000 }], env: env({ PORT: '8080' }) }),
      is('warning', 'CONTAINER_PORT'),
    ],
    [
      'listens on another port',
      behind(3000, { ports: [{ containerPort: 3000 }], command: ['npx', 'next', 'start', '-p', '4000'] }),
      is('error', 'CONTAINER_PORT'),
    ],
    [
      'may not start as root',
      deployedAs({ runAsNonRoot: true }, { image: 'node:22-alpine' }),
      is('error', 'USER'),
    ],
    ['stays below its limit', limited({ env: env({ NODE_OPTIONS: '--max-old-space-size=384' }) }), silent],
    [
      'has no limit',
      [deployment('web', { image: 'node:22', env: env({ NODE_OPTIONS: '--max-old-space-size=4096' }) })],
      silent,
    ],
    ['has other options', limited({ env: env({ NODE_OPTIONS: '--enable-source-maps' }) }), silent],
    [
      'listens on the port it is led to',
      behind(3000, { image: 'node:22', ports: [{ containerPort: 3000 }], env: env({ PORT: '3000' }) }),
      silent,
    ],
    [
      'runs as its own user',
      deployedAs({ runAsNonRoot: true, runAsUser: 1000 }, { image: 'node:22' }),
      silent,
    ],
  ]);
});

describe('nginx', () => {
  const sites = (text: string, port: number, container: Fields = {}): Fields[] => [
    configMap('sites', { 'default.conf': text }),
    ...behind(
      port,
      {
        image: 'nginx:1.27',
        volumeMounts: [{ name: 'sites', mountPath: '/etc/nginx/conf.d' }],
        ...container,
      },
      { volumes: [{ name: 'sites', configMap: { name: 'sites' } }] },
    ),
  ];
  const annotated = (image: string): Fields[] =>
    sites('server { listen 8080; }', 80, { image }).map((object) =>
      object['kind'] === 'Deployment' ? withAnnotation(object, 'nginx') : object,
    );
  judged([
    [
      'listens elsewhere than it is led to',
      sites('server {\n  listen 8080;\n}\n', 80),
      is('error', 'CONTAINER_PORT'),
    ],
    [
      'listens elsewhere than it declares',
      sites('server {\n  listen 8080 default_server;\n}\n', 3000, { ports: [{ containerPort: 3000 }] }),
      is('error', 'CONTAINER_PORT'),
    ],
    ['listens for itself', sites('server { listen 127.0.0.1:8080; }', 8080), is('error', 'CONTAINER_PORT')],
    [
      'listens on its usual port',
      behind(8080, { image: 'nginx:1.27', ports: [{ containerPort: 8080 }] }),
      is('warning', 'CONTAINER_PORT'),
    ],
    [
      'is said to run in another image',
      annotated('registry.example.org/own-proxy:1'),
      is('error', 'CONTAINER_PORT'),
    ],
    [
      'writes as another user',
      deployedAs({ runAsUser: 101 }, { image: 'nginx:1.27' }),
      is('warning', 'PATH_NOT_WRITABLE'),
    ],
    ['listens where it is led to', sites('server {\n  listen 8080;\n  listen [::]:8080;\n}\n', 8080), silent],
    [
      'listens on several ports',
      sites('server { listen 80; }\nserver { listen 8080 http2; }\n', 8080),
      silent,
    ],
    ['says no port', sites('server {\n  root /srv;\n}\n', 80), silent],
    [
      'takes in files that are not read',
      withMain('http {\n  include /srv/sites/*.conf;\n  server { listen 9000; }\n}\n'),
      silent,
    ],
    [
      'takes in its types only',
      withMain('http {\n  include mime.types;\n  server { listen 9000; }\n}\n'),
      is('error', 'CONTAINER_PORT'),
    ],
    ['keeps the server of its image', beside('server { listen 8081; }'), silent],
    [
      'takes its port from its environment',
      behind(
        8080,
        { image: 'nginx:1.27', volumeMounts: [{ name: 'sites', mountPath: '/etc/nginx/conf.d' }] },
        { volumes: [{ name: 'sites', emptyDir: {} }] },
      ),
      silent,
    ],
    [
      'without root, in the image for that',
      behind(
        8080,
        { image: 'nginxinc/nginx-unprivileged:1.27', ports: [{ containerPort: 8080 }] },
        { securityContext: { runAsNonRoot: true, runAsUser: 101 } },
      ),
      silent,
    ],
    [
      'is another image',
      behind(8080, { image: 'registry.example.org/own-proxy:1', ports: [{ containerPort: 8080 }] }),
      silent,
    ],
  ]);
});

/** nginx with a main file of its own, behind a Service for port 80. */
function withMain(text: string): Fields[] {
  return mounted({ 'nginx.conf': text }, '/etc/nginx/nginx.conf', 'nginx.conf');
}

/** nginx with a file beside the one of its image. */
function beside(text: string): Fields[] {
  return mounted({ 'more.conf': text }, '/etc/nginx/conf.d/more.conf', 'more.conf');
}

function mounted(data: Fields, mountPath: string, subPath: string): Fields[] {
  return [
    configMap('sites', data),
    ...behind(
      80,
      { image: 'nginx:1.27', volumeMounts: [{ name: 'sites', mountPath, subPath }] },
      { volumes: [{ name: 'sites', configMap: { name: 'sites' } }] },
    ),
  ];
}

function withAnnotation(object: Fields, program: string): Fields {
  const copy = structuredClone(object) as { spec: { template: { metadata: Fields } } } & Fields;
  copy.spec.template.metadata = {
    ...copy.spec.template.metadata,
    annotations: { 'mooring.dev/program': program },
  };
  return copy;
}

describe('Ollama', () => {
  const model = (port: number, own: Readonly<Record<string, string>>, container: Fields = {}): Fields[] =>
    behind(port, {
      image: 'ollama/ollama:0.12.3',
      ports: [{ containerPort: port }],
      env: env(own),
      ...container,
    });
  judged([
    ['listens for itself', model(11_434, { OLLAMA_HOST: '127.0.0.1:11434' }), is('error', 'CONTAINER_PORT')],
    [
      'listens for itself by a name',
      model(11_434, { OLLAMA_HOST: 'localhost' }),
      is('error', 'CONTAINER_PORT'),
    ],
    ['is told another port', model(11_434, { OLLAMA_HOST: '0.0.0.0:8080' }), is('error', 'CONTAINER_PORT')],
    ['is led to another port', model(8080, {}), is('warning', 'CONTAINER_PORT')],
    [
      'has a read-only root',
      model(11_434, {}, { securityContext: { readOnlyRootFilesystem: true } }),
      is('warning', 'PATH_NOT_WRITABLE'),
    ],
    ['listens for all', model(11_434, { OLLAMA_HOST: '0.0.0.0' }), silent],
    ['is told the port it is led to', model(8080, { OLLAMA_HOST: 'http://0.0.0.0:8080' }), silent],
    ['is told a port alone', model(8080, { OLLAMA_HOST: ':8080' }), silent],
    ['listens as its image has it', model(11_434, { OLLAMA_KEEP_ALIVE: '24h' }), silent],
  ]);
});

describe('an image with a user of its own', () => {
  judged([
    [
      'has a claim without a group',
      keeping('/var/lib/grafana', { image: 'grafana/grafana:12.1.0' }),
      is('warning', 'PATH_NOT_WRITABLE'),
    ],
    [
      'has a claim without a group, too',
      keeping('/prometheus', { image: 'prom/prometheus:v3.5.0' }),
      is('warning', 'PATH_NOT_WRITABLE'),
    ],
    [
      'has a group',
      keeping('/var/lib/grafana', { image: 'grafana/grafana:12.1.0' }, { securityContext: { fsGroup: 472 } }),
      silent,
    ],
    [
      'is run as root',
      keeping('/prometheus', { image: 'prom/prometheus:v3.5.0' }, { securityContext: { runAsUser: 0 } }),
      silent,
    ],
    ['is root', keeping('/data', { image: 'python:3.13' }), silent],
  ]);
});

describe('Redis', () => {
  const cache = (args: string[]): Fields[] =>
    behind(6379, { image: 'redis:8', ports: [{ containerPort: 6379 }], args });
  judged([
    ['listens for itself', cache(['redis-server', '--bind', '127.0.0.1']), is('error', 'CONTAINER_PORT')],
    [
      'listens for itself, with an equals sign',
      cache(['--bind=127.0.0.1', '--save', '']),
      is('error', 'CONTAINER_PORT'),
    ],
    ['listens for others', cache(['--bind', '0.0.0.0']), silent],
    ['listens for itself and others', cache(['--bind', '127.0.0.1 10.1.2.3']), silent],
    ['is told nothing', cache(['--save', '']), silent],
  ]);
});

describe('PostgreSQL with a file of its own', () => {
  const path = '/etc/settings/postgresql.conf';
  const own = (text: string, ...args: string[]): Fields[] => [
    configMap('settings', { 'postgresql.conf': text }),
    service('ledger', 5432),
    deployment(
      'ledger',
      {
        image: 'postgres:17',
        args: ['-c', `config_file=${path}`, ...args],
        ports: [{ containerPort: 5432 }],
        env: env({ POSTGRES_HOST_AUTH_METHOD: 'trust' }),
        volumeMounts: [{ name: 'settings', mountPath: '/etc/settings' }],
      },
      { volumes: [{ name: 'settings', configMap: { name: 'settings' } }] },
    ),
  ];
  const all = "listen_addresses = '*'\n";
  const wrong = is('error', 'CONTAINER_PORT');
  judged([
    ['listens on the port of the file', own(`${all}port = 5433 # archive\n`), wrong],
    ['listens on the last port of the file', own(`port = 5432\n${all}port = '5434'\n`), wrong],
    [
      'listens for the pod alone, as the file says',
      own("listen_addresses = 'localhost'\nport = 5432\n"),
      wrong,
    ],
    ['listens for the pod alone, as the file says nothing', own('max_connections = 50\n'), wrong],
    ['listens where its Service leads', own(`${all}port = 5432\n`), silent],
    ['is told a port beside the file', own(`${all}port = 5433\n`, '-p', '5432'), silent],
    ['is told an address beside the file', own('#port = 5433\n', '-c', 'listen_addresses=*'), silent],
    ['takes in other files', own("include_dir 'conf.d'\nport = 5433\n"), silent],
  ]);
});
