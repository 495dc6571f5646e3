import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { configFrom, type ConfigFrom } from '../../../cli/init/compose/config-from.ts';

function fromCompose(
  text: string,
  names: { name?: string; namespace?: string } = {},
  dotenv?: string,
): ConfigFrom {
  const folder = mkdtempSync(join(tmpdir(), 'mooring-compose-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'compose.yaml');
  writeFileSync(path, text);
  if (dotenv !== undefined) writeFileSync(join(folder, '.env'), dotenv);
  return configFrom(path, names);
}

/** The lines of the draft, each without the space around it. */
const linesOf = ({ text }: ConfigFrom): string[] => text.split('\n').map((line) => line.trim());

const shop = `
services:
  web:
    image: ghcr.io/acme/shop:1.4
    ports: [{ target: 3000, published: "80" }]
    environment:
      - DATABASE_URL=postgresql://shop:s3cret@db:5432/shop?sslmode=disable
      - CACHE_HOST=cache
      - CACHE_PORT=6379
      - SESSION_SECRET=changeme
      - PORT=3000
      - SENTRY_DSN=https://abc:def@sentry.example.com/1
    env_file: .env
    deploy: { replicas: 2, resources: { limits: { memory: 512M } } }
  db:
    image: postgres:16
    environment: { POSTGRES_USER: shop, POSTGRES_PASSWORD: s3cret }
    volumes: ["pg:/var/lib/postgresql/data", "./init.sql:/docker-entrypoint-initdb.d/init.sql:ro"]
  cache:
    image: redis:7.4
    command: redis-server --requirepass hunter2
    healthcheck: { test: redis-cli -a hunter2 ping }
  proxy:
    image: nginx:1.29
    user: '101'
    mem_limit: 64m
    healthcheck: { test: curl -f localhost || exit 1, interval: 1m30s, retries: 2 }
`;

describe('a stack that is drafted from a compose file', () => {
  test('has no contradiction, and a host, port, user and password only where an edge gives them', () => {
    const draft = fromCompose(shop);
    expect(draft.notes.filter((note) => note.startsWith('To be mended'))).toEqual([]);
    const lines = linesOf(draft);
    for (const line of [
      "DATABASE_URL: 'postgresql://{user}:{secret:postgres-password}@{host}:{port}/shop?sslmode=disable',",
      "{ to: 'cache', port: 'resp', gate: 'none', binds: { host: 'CACHE_HOST', port: 'CACHE_PORT' } },",
      "ports: { tcp: { containerPort: 3000, doc: 'published by compose', from: ['world'] } },",
      "ownPorts: { tcp: 'PORT' },",
      "user: 'shop',",
      "ownUser: 'POSTGRES_USER',",
      "args: ['redis-server', '--requirepass', '$(LOGIN_PASSWORD)'],",
      'replicas: 2,',
      "readiness: { exec: ['sh', '-c', 'curl -f localhost || exit 1'], periodSeconds: 90, failureThreshold: 2 },",
      "{ kind: 'persistent', name: 'pg', path: '/var/lib/postgresql/data', size: '1Gi' },",
    ])
      expect(lines).toContain(line);
  });

  test('holds no password', () => {
    const { text, notes } = fromCompose(shop);
    for (const secret of ['s3cret', 'changeme', 'hunter2', 'abc:def'])
      expect(text + notes.join('\n')).not.toContain(secret);
  });

  test('says what was not read and what is assumed, once', () => {
    expect(fromCompose(shop).notes).toEqual([
      'web: env_file was not read.',
      'web: SENTRY_DSN is a secret that cannot be made anew: keep it in a Secret web-keys, under the key SENTRY_DSN.',
      'web, db, cache: the user of its image is assumed: 1000.',
      'db: ./init.sql is mounted at /docker-entrypoint-initdb.d/init.sql: put it into the image, or its text into files.',
      'db: the size of its volume is assumed: 1Gi.',
      'db, cache: its memory is assumed: 256Mi.',
      'cache: its healthcheck holds a password, or what only the shell has, and was not read.',
    ]);
  });

  test('is called as the file says, or as it is asked for', () => {
    const services = 'services: { a: { image: redis } }';
    expect(linesOf(fromCompose(`name: clinic\n${services}`))).toContain("name: 'clinic',");
    expect(linesOf(fromCompose(services, { name: 'x', namespace: 'y' }))).toEqual(
      expect.arrayContaining(["name: 'x',", "namespace: 'y',"]),
    );
  });

  test('splits a login, and gives its parts to who dials it', () => {
    const draft = fromCompose(`
services:
  graph: { image: 'neo4j:5', environment: ['NEO4J_AUTH=neo4j/pw-of-graph'] }
  api:
    image: api:1
    environment: { NEO4J_URI: 'bolt://graph:7687', NEO4J_USER: neo4j, NEO4J_PASSWORD: pw-of-graph }
`);
    const lines = linesOf(draft);
    expect(lines).toContain("settings: { NEO4J_AUTH: 'neo4j/$(LOGIN_PASSWORD)' },");
    expect(lines).toContain("user: 'NEO4J_USER',");
    expect(lines).toContain("secrets: { password: 'NEO4J_PASSWORD' },");
    expect(draft.text).not.toContain('pw-of-graph');
  });

  test('takes a service for a host only in a variable that names one', () => {
    const draft = fromCompose(`
services:
  redis: { image: redis }
  api: { image: 'api:1', environment: { CACHE_DRIVER: redis, REDIS_HOST: redis } }
`);
    expect(linesOf(draft)).toContain("settings: { CACHE_DRIVER: 'redis' },");
    expect(draft.text).toContain("binds: { host: 'REDIS_HOST' }");
  });

  test.each([
    ['a default', '${TAG:-1.2}', 'app:1.2'],
    ['a dollar', 'a$$b', 'app:a$b'],
    ['what the shell has', '${TAG}', 'app:${TAG}'],
  ])('fills in %s', (_, written, image) => {
    expect(fromCompose(`services: { a: { image: 'app:${written}' } }`).text).toContain(`image: '${image}'`);
  });

  test('opens to the world what is published to others than this machine', () => {
    const { text } = fromCompose(
      "services: { a: { image: a, ports: ['80:8080', '127.0.0.1:9000-9001:9000-9001/tcp', '5000'] } }",
    );
    const world = [...text.matchAll(/containerPort: (\d+)[^}]*from: \['world'\]/g)].map(([, port]) => port);
    expect(world).toEqual(['8080', '5000']);
    expect(text).toMatch(/containerPort: 9001, doc: 'within the stack' }/);
  });

  test('names what a longer text says of a service', () => {
    const { notes } = fromCompose(
      "services: { k1: { image: 'apache/kafka:3.8.0' }, a: { image: a, environment: { BROKERS: 'k1:9092,k2:9092' } } }",
    );
    expect(notes).toContain('a: BROKERS names k1: its Service is called <name of the stack>-k1.');
  });

  test('fills in what the file .env beside it has', () => {
    const { text } = fromCompose("services: { a: { image: 'app:${TAG}' } }", {}, 'TAG=7\n');
    expect(text).toContain("image: 'app:7'");
  });

  test('makes one secret of one that several services have, and says where to keep it', () => {
    const draft = fromCompose(`
services:
  web: { image: web, environment: { ENCRYPTION_KEY: '\${KEY}', SESSION_TOKEN: same } }
  worker: { image: web, environment: { ENCRYPTION_KEY: '\${KEY}', SESSION_TOKEN: same } }
`);
    expect(
      draft.text.match(/ref: \{ name: 'shared-keys', key: '(ENCRYPTION_KEY|SESSION_TOKEN)' \}/g),
    ).toHaveLength(4);
    expect(draft.notes).toContain(
      'web, worker: ENCRYPTION_KEY is one secret of several services: keep it in a Secret shared-keys, under the key ENCRYPTION_KEY.',
    );
  });

  test('takes of two passwords alike the one of the same name, or of no administrator', () => {
    const db =
      'db: { image: mysql:8, environment: { MYSQL_ROOT_PASSWORD: pw1, MYSQL_USER: u, MYSQL_PASSWORD: pw1 } }';
    const { text } = fromCompose(`services:
  ${db}
  a: { image: a, environment: { DB_HOST: db, MYSQL_PASSWORD: pw1 } }
  b: { image: b, environment: { URL: 'mysql://u:pw1@db:3306/x' } }
`);
    expect(text.match(/secrets: \{ '(mysql-[a-z-]+)'/g)).toEqual([
      "secrets: { 'mysql-password'",
      "secrets: { 'mysql-password'",
    ]);
  });

  test('gives further variables with the same password of a target its value, too', () => {
    const { text } = fromCompose(`services:
  store: { image: minio/minio, expose: [9000], environment: { ROOT_PASSWORD: pw1 } }
  a: { image: a, environment: { STORE_HOST: store, STORE_PORT: 9000, ONE_SECRET: pw1, TWO_SECRET: pw1 } }
`);
    expect(text).toContain("secrets: { 'root-password': 'ONE_SECRET' }");
    expect(text).toContain("urls: { TWO_SECRET: '{secret:root-password}' }");
  });

  test.each<[string, string, string]>([
    ['an empty secret', "environment: { API_KEY: '' }", "API_KEY: text({ doc: 'as compose has it' })"],
    [
      'the path of a secret',
      'environment: { TLS_KEY: /certs/k.pem }',
      "settings: { TLS_KEY: '/certs/k.pem' }",
    ],
    ['a number that the shell has', 'deploy: { replicas: "${N}" }', 'replicas: 1,'],
    ['a number with a default', 'deploy: { replicas: "${N:-3}" }', 'replicas: 3,'],
    ['a default within a default', 'environment: { A: "${A:-${B:-c}}" }', "settings: { A: 'c' }"],
    ['what is there only with another', 'environment: { A: "x${A:+y}" }', "settings: { A: 'x' }"],
  ])('reads %s', (_, written, expected) => {
    expect(fromCompose(`services: { a: { image: a, ${written} } }`).text).toContain(expected);
  });

  test.each<[string, string, string]>([
    [
      'a name that no variable has',
      'environment: { discovery.type: single-node }',
      'discovery.type is no name of a variable',
    ],
    ['UDP', "ports: ['53:53/udp']", 'the port 53/udp was not read'],
    ['a port that the shell has', "ports: ['${AD_PORT}']", 'the port ${AD_PORT}, which is the shell'],
    ['what ends by itself', "restart: 'no'", 'it ends by itself in compose'],
    [
      'an image that the shell completes',
      "entrypoint: ['run', '${HOW}']",
      'from the shell, write it in: ${HOW}',
    ],
    ['a socket', 'volumes: [/var/run/docker.sock:/s]', 'which has no counterpart'],
    ['a script with a password', 'command: "mysql -psecret1 && sleep 1"', 'may hold a password'],
  ])('says that it did not read %s', (_, written, expected) => {
    const { notes } = fromCompose(`services: { a: { image: a, ${written} } }`);
    expect(notes.join('\n')).toContain(expected);
    expect(notes.join('\n')).not.toContain('To be mended');
  });

  test('says what is shared, and who is started after what has no port', () => {
    const { notes } = fromCompose(`
services:
  app: { image: app, volumes: ['files:/srv'] }
  web: { image: web, volumes: ['files:/srv'], depends_on: [app] }
configs: { c: {} }
`);
    expect(notes).toEqual(
      expect.arrayContaining([
        'compose.yaml: configs was not read.',
        'app, web: the volume files is shared in compose; here each has its own, an empty one.',
        'web: it is started after app, whose port is not known: where it dials it, give app a port and web an edge to it.',
      ]),
    );
  });

  test('draws an edge to each port that is dialled, by any name of a service', () => {
    const { text } = fromCompose(`services:
  ch: { image: clickhouse, hostname: warehouse }
  a: { image: a, environment: { A: 'http://warehouse:8123', B: 'clickhouse://ch:9000/x', PGHOST: ch } }
`);
    expect(text).toContain("urls: { A: 'http://{host}:{port}' }");
    expect(text).toContain("urls: { B: 'clickhouse://{host}:{port}/x' }");
    expect(text).toContain("host: 'PGHOST'");
  });

  test.each([
    ['no YAML', 'services: [', 'does not parse'],
    ['another file', 'apiVersion: v1', 'is no compose file'],
    ['a service that is none', 'services: { a: 7 }', 'is no compose file'],
  ])('is refused for %s', (_, text, message) => {
    expect(() => fromCompose(text)).toThrow(message);
  });

  test('a pipe is refused, without waiting for what is written into it', () => {
    const folder = mkdtempSync(join(tmpdir(), 'mooring-compose-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const path = join(folder, 'compose.yaml');
    execFileSync('mkfifo', [path]);
    expect(() => configFrom(path, {})).toThrow('cannot be read: it is a pipe');
  });

  test('a file that is not there is refused', () => {
    expect(() => configFrom('/nowhere/compose.yaml', {})).toThrow('cannot be read');
  });
});
