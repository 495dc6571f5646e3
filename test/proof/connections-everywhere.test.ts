import { describe, expect, test } from 'vitest';
import {
  configMap,
  deployment,
  env,
  findingsIn,
  is,
  judged,
  mounting,
  silent,
  store,
  textOf,
  type Fields,
} from './small-manifests.ts';

/** Connections are followed wherever manifests write them. */

const stores: Fields[] = [
  ...store('ledger', 'postgres:17', 5432).map(withTrust),
  ...store('cache', 'valkey/valkey:8', 6379),
  ...store('api', 'registry.example.org/api:3', 8080),
];

/** So that not all objects are of one namespace. */
const configMapOf = (namespace: string): Fields => ({
  ...configMap('one', {}),
  metadata: { name: 'one', namespace },
});

/** A database without a password, which its image has to be told. */
function withTrust(object: Fields): Fields {
  return object['kind'] === 'Deployment'
    ? deployment('ledger', {
        image: 'postgres:17',
        ports: [{ containerPort: 5432 }],
        env: env({ POSTGRES_HOST_AUTH_METHOD: 'trust' }),
      })
    : object;
}

const started = (container: Fields, pod: Fields = {}): Fields[] => [
  ...stores,
  deployment('teller', container, pod),
];

describe('an address in a flag', () => {
  const flags = (...args: string[]): Fields[] => started({ args });
  judged([
    [
      'of a URL, with another port',
      flags('--cache-url=redis://cache:6380/0'),
      is('error', 'PORT_NOT_SERVED'),
    ],
    ['of a URL, with a slip', flags('--cache-url', 'redis://cahce:6379'), is('error', 'HOST_UNKNOWN')],
    ['beside its port', flags('--db-host', 'ledger', '--db-port=5433'), is('error', 'PORT_NOT_SERVED')],
    ['of host and port', flags('--upstream=api:8081'), is('error', 'PORT_NOT_SERVED')],
    ['that may mean something else', flags('--home=api:9090'), is('warning', 'PORT_NOT_SERVED')],
    ['that is a share', flags('--weight=api:90'), silent],
    ['in a list', flags('--peers', 'api:8080,api:9090'), is('error', 'PORT_NOT_SERVED')],
    ['of a property', flags('-Dcache.host=cache', '-Dcache.port=6378'), is('error', 'PORT_NOT_SERVED')],
    [
      'with a variable',
      [
        ...stores,
        deployment('teller', {
          args: ['--api=http://$(API):8888'],
          env: env({ API: 'api' }),
        }),
      ],
      is('error', 'PORT_NOT_SERVED'),
    ],
    ['like no Service', flags('--mail=smtp://relay:2525'), is('unknown', 'HOST_UNKNOWN')],
    ['with the port', flags('--cache-url=redis://cache:6379/0', '--upstream', 'api:8080'), silent],
    ['without a port', flags('--cache-url=redis://cache/0'), silent],
    ['outside', flags('--mail=smtps://mail.example.org:465', '--issuer=https://login.example.org'), silent],
    ['to listen on', flags('--listen=api:9999', '--bind-address', '0.0.0.0:8080'), silent],
    ['of its own', flags('--metrics-url=http://localhost:9102/metrics'), silent],
    ['of an image or a user', flags('--image=cache:2024', '--user=cache:1000'), silent],
  ]);
});

describe('a script that waits', () => {
  const script = (text: string, own: Fields = {}): Fields[] =>
    started(
      {},
      {
        initContainers: [{ name: 'wait', image: 'busybox:1.37', command: ['sh', '-c', text], ...own }],
      },
    );
  judged([
    [
      'for another port',
      script('until nc -z -w 2 ledger 5433; do sleep 1; done'),
      is('error', 'PORT_NOT_SERVED'),
    ],
    [
      'for a host with a slip',
      script('while ! nc -zv ledgr 5432; do sleep 1; done'),
      is('error', 'HOST_UNKNOWN'),
    ],
    [
      'by the client of a database',
      script('until pg_isready -h ledgers -U app; do sleep 2; done'),
      is('error', 'HOST_UNKNOWN'),
    ],
    [
      'by the client of a cache',
      script('until redis-cli -h cache -p 6380 ping; do sleep 2; done'),
      is('error', 'PORT_NOT_SERVED'),
    ],
    [
      'by a script for it',
      script('/scripts/wait-for-it.sh api:8000 --timeout=30 -- echo up'),
      is('error', 'PORT_NOT_SERVED'),
    ],
    [
      'by bash itself',
      script('until (echo > /dev/tcp/api/81) 2>/dev/null; do sleep 1; done'),
      is('error', 'PORT_NOT_SERVED'),
    ],
    [
      'by a request',
      script('until wget -qO- http://apis:8080/health; do sleep 1; done'),
      is('error', 'HOST_UNKNOWN'),
    ],
    [
      'with variables',
      script('nc -z $HOST ${PORT:-5431}', { env: env({ HOST: 'ledger' }) }),
      is('error', 'PORT_NOT_SERVED'),
    ],
    [
      'with what it sets',
      script('DB=ledger\nuntil nc -z "$DB" 1234; do sleep 1; done'),
      is('error', 'PORT_NOT_SERVED'),
    ],
    [
      'by the client of another store',
      script('until pg_isready -h cache -p 6379; do sleep 1; done'),
      is('error', 'PROTOCOL_MISMATCH'),
    ],
    [
      'for what is there',
      script('until nc -z ledger 5432 && redis-cli -h cache ping; do sleep 1; done'),
      silent,
    ],
    ['by a client, on its usual port', script('until pg_isready -h ledger; do sleep 2; done'), silent],
    [
      'for what it is told when it runs',
      script('for h in ledger:1 cache:2; do nc -z ${h%%:*} 5432; done'),
      silent,
    ],
    [
      'and says so',
      script('echo "waiting for api:1234"; echo api:1234; until nc -z api 8080; do sleep 1; done'),
      silent,
    ],
    ['for itself', script('nc -z localhost 9 || true'), silent],
    ['and listens', script('nc -l -p 1234 & nc -z api 8080'), silent],
  ]);
});

test('what a script says is reported at its line, and what its variables say once', () => {
  const objects = started({
    command: ['sh', '-c', 'set -e\n\nuntil nc -z ledger 5431; do\n  sleep 1\ndone\nexec ./teller\n'],
    env: env({ API_HOST: 'api', API_PORT: '81' }),
    args: [],
  });
  const [found, ...more] = findingsIn(...objects).filter(({ here }) => here.field.includes('command'));
  expect(more).toEqual([]);
  expect(found?.here.field).toMatch(/\.command\.2\.2$/);
  const lines = textOf(...objects).split('\n');
  expect(lines[(found?.here.line ?? 0) - 1]).toContain('until nc -z ledger 5431');
  const twice = started({
    command: ['sh', '-c', 'nc -z $API_HOST $API_PORT; exec ./teller'],
    env: env({ API_HOST: 'api', API_PORT: '81' }),
  });
  expect(findingsIn(...twice).map(({ here }) => here.field)).toEqual([
    expect.stringMatching(/env\.1\.value$/) as string,
  ]);
});

test.each([
  ['doubles a variable', `A=xx; ${'A=$A$A; '.repeat(60)}nc -z $A 1; nc -z ledger 1`],
  ['opens what it does not close', `nc -z ledger 1; ${'$('.repeat(5000)}`],
  ['opens braces', `nc -z ledger 1; ${'${'.repeat(5000)}`],
])('a script that %s is read all the same', (_, text) => {
  const found = findingsIn(...started({ command: ['sh', '-c', text] }));
  expect(found.map(({ code }) => code)).toEqual(['PORT_NOT_SERVED']);
});

describe('a file of nginx', () => {
  const front = (text: string, file = 'default.conf', folder = '/etc/nginx/conf.d'): Fields[] => [
    ...stores,
    configMap('sites', { [file]: text }),
    deployment(
      'front',
      {
        image: 'nginx:1.27',
        ports: [{ containerPort: 80 }],
        volumeMounts: [{ name: 'sites', mountPath: folder }],
      },
      { volumes: [{ name: 'sites', configMap: { name: 'sites' } }] },
    ),
  ];
  const server = (inside: string): string => `server {\n  listen 80;\n  location / { ${inside} }\n}\n`;
  judged([
    ['passes to another port', front(server('proxy_pass http://api:3000;')), is('error', 'PORT_NOT_SERVED')],
    ['passes to the usual port', front(server('proxy_pass http://api/v1/;')), is('error', 'PORT_NOT_SERVED')],
    [
      'has a member with a slip',
      front(`upstream all {\n  server apii:8080;\n}\n${server('proxy_pass http://all;')}`),
      is('error', 'HOST_UNKNOWN'),
    ],
    [
      'passes by another protocol',
      front(server('fastcgi_pass ledger:9000;')),
      is('error', 'PORT_NOT_SERVED'),
    ],
    [
      'has another scheme',
      front(server('proxy_pass http://cache:6379;')),
      is('warning', 'PROTOCOL_MISMATCH'),
    ],
    [
      'is a template',
      front(server('proxy_pass http://api:81;'), 'site.conf.template', '/etc/nginx/templates'),
      is('error', 'PORT_NOT_SERVED'),
    ],
    ['passes to what is there', front(server('proxy_pass http://api:8080/;')), silent],
    [
      'passes to a group',
      front(`upstream all { server api:8080; keepalive 8; }\n${server('proxy_pass http://all;')}`),
      silent,
    ],
    [
      'passes to a name that it sets, with another port',
      front(server('set $to api; proxy_pass http://$to:99;')),
      is('error', 'PORT_NOT_SERVED'),
    ],
    [
      'passes to a whole address that it sets, with a slip',
      front(server('set $to "http://apii.default.svc.cluster.local:8080"; proxy_pass $to;')),
      is('error', 'HOST_UNKNOWN'),
    ],
    [
      'is a template that passes to a name that it sets',
      front(
        server('set $to api; proxy_pass http://$to:81/v1;'),
        'site.conf.template',
        '/etc/nginx/templates',
      ),
      is('error', 'PORT_NOT_SERVED'),
    ],
    [
      'passes to a name that it sets',
      front(server('set $to api;\nproxy_pass http://$to:8080$request_uri;')),
      silent,
    ],
    [
      'passes to one of two names',
      front(server('set $to api; if ($arg_b) { set $to apii; }\nproxy_pass http://$to:99;')),
      silent,
    ],
    [
      'passes to a name of the request',
      front(`map $host $to { default api; }\n${server('proxy_pass http://$to:99;')}`),
      silent,
    ],
    ['says so in a comment', front(server('return 204; # proxy_pass http://api:1;\n')), silent],
    [
      'passes to a socket and outside',
      front(server('proxy_pass http://unix:/run/a.sock; proxy_pass https://example.org:8443;')),
      silent,
    ],
  ]);
});

describe('an address in a mounted file of settings', () => {
  const file = (name: string, text: string): Fields[] => [...stores, ...mounting('audit', name, text)];
  judged([
    [
      'of properties',
      file('a.properties', 'spring.data.redis.host=cache\nspring.data.redis.port=6380\n'),
      is('warning', 'PORT_NOT_SERVED'),
    ],
    ['of TOML', file('a.toml', '[api]\nurl = "http://api:3000"\n'), is('warning', 'PORT_NOT_SERVED')],
    [
      'in a URL of YAML',
      file('a.yaml', 'sources:\n- name: x\n  url: http://apii:8080\n'),
      is('warning', 'HOST_UNKNOWN'),
    ],
    ['that is right', file('a.properties', 'db.url=jdbc:postgresql://ledger:5432/books\n'), silent],
    ['to be reached at', file('a.yaml', 'external_url: http://api:9999\nlisten: http://api:1\n'), silent],
    ['outside', file('a.toml', 'url = "https://example.org:8443"\n'), silent],
  ]);
});

describe('a connection string', () => {
  const told = (value: string): Fields[] => started({ env: env({ STORE: value }) });
  judged([
    ['of keys', told('host=ledger port=5433 dbname=books'), is('error', 'PORT_NOT_SERVED')],
    ['with semicolons', told('Server=ledgr;Port=5432;Database=books'), is('error', 'HOST_UNKNOWN')],
    ['of a driver', told('jdbc:postgresql://ledger:5431/books'), is('error', 'PORT_NOT_SERVED')],
    ['in parentheses', told('app:pw@tcp(ledger:3306)/books'), is('error', 'PORT_NOT_SERVED')],
    ['without a port', told('postgresql+asyncpg://app@ledgers/books'), is('error', 'HOST_UNKNOWN')],
    ['of keys that is right', told('host=ledger port=5432 dbname=books'), silent],
    ['without a port that is right', told('postgres://app@ledger/books'), silent],
    ['of another text', told('host=ledger was here, port=1'), silent],
  ]);
});

describe('a URL in a Secret', () => {
  const url = (text: string): Fields[] => [
    { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'login' }, stringData: { url: text } },
    ...started({
      env: [{ name: 'STORE', valueFrom: { secretKeyRef: { name: 'login', key: 'url' } } }],
    }),
  ];
  judged([
    ['with another port', url('redis://:s3cretword@cache:6380/0'), is('error', 'PORT_NOT_SERVED')],
    ['with a slip', url('postgres://app:s3cretword@ledgr:5432/a'), is('error', 'HOST_UNKNOWN')],
    ['of another store', url('postgres://app:s3cretword@cache:6379/a'), is('error', 'PROTOCOL_MISMATCH')],
    ['that is right', url('postgres://app:s3cretword@ledger:5432/a'), silent],
    ['outside', url('postgres://app:s3cretword@db.example.org:5432/a'), silent],
    ['that is none', url('cache:s3cretword'), silent],
  ]);

  test('is not shown', () => {
    const found = [
      ...findingsIn(...url('redis://:s3cretword@cache:16380/0')),
      ...findingsIn(...url('postgres://app:s3cretword@ledgrr:5432/a')),
    ];
    expect(found).toHaveLength(2);
    expect(JSON.stringify(found)).not.toMatch(/s3cretword|16380|ledgrr/);
  });
});

describe('a host of which no Service is here', () => {
  const alone = (container: Fields): Fields[] => [deployment('teller', container)];
  judged([
    [
      'in a variable',
      alone({ env: env({ CACHE_URL: 'redis://cache:6379' }) }),
      is('unknown', 'HOST_UNKNOWN'),
    ],
    ['in a pair', alone({ env: env({ DB_HOST: 'db', DB_PORT: '1' }) }), is('unknown', 'HOST_UNKNOWN')],
    ['in a flag', alone({ args: ['--cache=redis://cache:6379'] }), is('unknown', 'HOST_UNKNOWN')],
    [
      'but in another namespace',
      [
        {
          ...deployment('teller', { args: ['--cache=redis://cache:6379'] }),
          metadata: { name: 'teller', namespace: 'other' },
        },
        ...store('cache', 'valkey/valkey:8', 6379).map((object) => ({
          ...object,
          metadata: { name: 'cache', namespace: 'shared' },
        })),
        configMapOf('other'),
      ],
      is('warning', 'HOST_UNKNOWN'),
    ],
    ['with its namespace', alone({ args: ['--cache=redis://cache.shared.svc:6379'] }), silent],
  ]);
});

describe('a headless Service', () => {
  const peers = (port: number, dialled: number): Fields[] => [
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'peers' },
      spec: { clusterIP: 'None', selector: { app: 'peers' }, ports: [{ name: 'main', port }] },
    },
    deployment('peers', { ports: [{ containerPort: 7000 }, { containerPort: 7001 }] }),
    deployment('teller', { env: env({ PEERS: `http://peers:${dialled}` }) }),
  ];
  judged([
    ['is dialled on a port of its pods only', peers(7000, 7001), is('warning', 'PORT_NOT_SERVED')],
    ['is dialled on no port of its pods', peers(7000, 7002), is('warning', 'PORT_NOT_SERVED')],
    ['is dialled on its port', peers(7001, 7001), silent],
  ]);
});
