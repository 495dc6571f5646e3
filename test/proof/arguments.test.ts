import { describe } from 'vitest';
import { configMap, deployment, env, is, judged, service, silent, type Fields } from './small-manifests.ts';

/**
 * What a server is told by its arguments, in whatever order and way they are given: alone to the entrypoint of the image,
 * behind the server's name, or in a script. A client of the same image is no server.
 */

/** A program behind a Service that leads to a port which it declares. */
const behind = (port: number, container: Fields, pod: Fields = {}): Fields[] => [
  service('front', port),
  deployment('front', { ports: [{ containerPort: port }], ...container }, pod),
];

const wrong = is('error', 'CONTAINER_PORT');
const refused = is('error', 'BAD_SETTING');

describe('Redis', () => {
  const redis = (container: Fields): Fields[] => behind(6379, { image: 'redis:7.4', ...container });
  const args = (...words: string[]): Fields[] => redis({ args: words });
  judged([
    ['its port first', args('--port', '6380', '--appendonly', 'yes'), wrong],
    ['its port last', args('--appendonly', 'yes', '--port', '6380'), wrong],
    ['its port alone', args('--port', '6380'), wrong],
    ['its port in the word of the option', args('--port 6380', '--appendonly yes'), wrong],
    ['its port behind a file of settings', args('/etc/own.conf', '--port', '6380'), wrong],
    ['its port behind its name', args('redis-server', '--port', '6380', '--save', ''), wrong],
    [
      'its port behind wrappers',
      redis({ command: ['tini', '--', 'redis-server'], args: ['--port', '6380'] }),
      wrong,
    ],
    [
      'its port in a script',
      redis({ command: ['sh', '-c', 'sleep 1; exec redis-server --port 6380 --appendonly yes'] }),
      wrong,
    ],
    [
      'its port without a declared one',
      [service('front', 6379), deployment('front', { image: 'redis:7.4', args: ['--port', '6380'] })],
      is('error', 'TARGET_PORT_UNKNOWN'),
    ],
    ['a setting first that it cannot read', args('--maxmemory', 'lots', '--appendonly', 'no'), refused],
    ['a setting last that it cannot read', args('--appendonly', 'yes', '--maxmemory', 'lots'), refused],
    ['a setting alone that it cannot read', args('--appendfsync', 'often'), refused],
    ['an option without its value', args('--port', '6379', '--requirepass', '--appendonly', 'yes'), refused],
    ['the port that is led to', args('--port', '6379', '--appendonly', 'yes', '--save', ''), silent],
    [
      'more commands in its script',
      redis({ command: ['sh', '-c', 'redis-server --appendonly yes & wait'] }),
      silent,
    ],
    [
      'what only the shell knows',
      redis({ command: ['sh', '-c', 'redis-server --maxmemory "$(cat /limit)" --port $(own-port)'] }),
      silent,
    ],
    ['of a client', redis({ command: ['redis-cli', '-p', '6380', '--latency'], ports: [] }), silent],
  ]);
});

describe('PostgreSQL', () => {
  const postgres = (container: Fields): Fields[] =>
    behind(5432, { image: 'postgres:17.2', env: env({ POSTGRES_HOST_AUTH_METHOD: 'trust' }), ...container });
  judged([
    ['its port first', postgres({ args: ['-p', '5433', '-c', 'max_connections=50'] }), wrong],
    ['its port last', postgres({ args: ['-c', 'max_connections=50', '-c', 'port=5433'] }), wrong],
    ['its port in one word', postgres({ args: ['-p5433', '-N', '50'] }), wrong],
    [
      'its port in a script',
      postgres({ command: ['bash', '-c', 'exec docker-entrypoint.sh postgres -c port=5433'] }),
      wrong,
    ],
    ['the port that is led to', postgres({ args: ['-c', 'max_connections=50', '-p', '5432'] }), silent],
    ['of a client', postgres({ command: ['bash', '-c', 'psql -p 5433 -c "select 1"'] }), silent],
  ]);
});

describe('the password of PostgreSQL', () => {
  const job = (container: Fields): Fields[] => [deployment('job', { image: 'postgres:16', ...container })];
  judged([
    ['is wanted by the server', job({}), is('warning', 'BAD_SETTING')],
    [
      'is wanted by the server that a script starts',
      job({ command: ['sh', '-c', 'docker-entrypoint.sh postgres'] }),
      is('warning', 'BAD_SETTING'),
    ],
    ['is not by a backup', job({ command: ['bash', '-c', 'pg_dump "$URL" > /backup/all.sql'] }), silent],
    ['is not by a migration', job({ args: ['psql', '-f', '/migrations/1.sql'] }), silent],
    ['is not by a script of one’s own', job({ command: ['/scripts/replicate.sh'] }), silent],
  ]);
});

describe('a server of Python', () => {
  const python = (command: string[], variables: Readonly<Record<string, string>> = {}): Fields[] =>
    behind(8000, { command, env: env(variables) });
  judged([
    ['its address first', python(['gunicorn', '-b', '0.0.0.0:9000', '-w', '2', 'app:app']), wrong],
    ['its address last', python(['gunicorn', 'app:app', '-w', '2', '--bind=0.0.0.0:9000']), wrong],
    ['its address in one word', python(['gunicorn', '-b0.0.0.0:9000', 'app:app']), wrong],
    [
      'its address in a variable',
      python(['gunicorn', 'app:app'], { GUNICORN_CMD_ARGS: '--workers 2 --bind 0.0.0.0:9000' }),
      wrong,
    ],
    [
      'an address in a variable that it is told otherwise',
      python(['gunicorn', '-b', ':8000', 'app:app'], { GUNICORN_CMD_ARGS: '--bind :9000' }),
      silent,
    ],
    [
      'its port before its program',
      python(['uvicorn', '--port', '9000', '--host', '0.0.0.0', 'app:app']),
      wrong,
    ],
    [
      'the port that is led to',
      python(['uvicorn', 'app:app', '--host', '0.0.0.0', '--port', '8000']),
      silent,
    ],
  ]);
});

describe('other servers', () => {
  const image = (name: string, port: number, container: Fields): Fields[] =>
    behind(port, { image: name, ...container });
  const settings = (http: number): Fields[] => [
    configMap('settings', { 'production.yaml': `service:\n  http_port: ${http}\n` }),
    ...behind(
      7333,
      {
        image: 'qdrant/qdrant:v1.13.0',
        ports: [{ name: 'http', containerPort: 7333 }],
        volumeMounts: [{ name: 'settings', mountPath: '/qdrant/config' }],
      },
      { volumes: [{ name: 'settings', configMap: { name: 'settings' } }] },
    ),
  ];
  judged([
    ['Valkey', image('valkey/valkey:8', 6379, { args: ['--save', '60', '1', '--port', '6380'] }), wrong],
    [
      'FalkorDB',
      image('falkordb/falkordb:v4', 6379, {
        command: ['redis-server'],
        args: ['--loadmodule', '/m.so', '--port', '6380'],
      }),
      wrong,
    ],
    [
      'nginx with a file that is not here',
      image('nginx:1.27', 8080, { command: ['nginx', '-c', '/own/nginx.conf', '-g', 'daemon off;'] }),
      silent,
    ],
    [
      'Ollama’s server',
      image('ollama/ollama:0.5', 8080, { args: ['serve'] }),
      is('warning', 'CONTAINER_PORT'),
    ],
    [
      'another server with a verb',
      image('registry.example.org/own:1', 8080, { command: ['/own', 'serve', '-p', '3'] }),
      silent,
    ],
    [
      'the server that is called like a verb',
      image('node:22', 8080, { command: ['npx', 'serve', '-p', '3000'] }),
      wrong,
    ],
    ['Ollama’s client', image('ollama/ollama:0.5', 8080, { args: ['pull', 'qwen2.5'] }), silent],
    ['Qdrant by a file', settings(7333), silent],
    ['Qdrant by a file of another port', settings(7334), wrong],
    [
      'a client of MySQL',
      image('mysql:8', 3306, {
        args: ['mysqldump', '--all-databases'],
        securityContext: { readOnlyRootFilesystem: true },
      }),
      silent,
    ],
    ['a client of Neo4j', image('neo4j:5.26', 80, { command: ['cypher-shell', 'RETURN 1'] }), silent],
  ]);
});
