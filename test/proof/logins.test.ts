import { describe, expect, test } from 'vitest';
import {
  configMap,
  deployment,
  env,
  findingsIn,
  is,
  judged,
  service,
  silent,
  type Fields,
} from './small-manifests.ts';

const client = (url: string): Fields => deployment('web', { env: env({ DATABASE_URL: url }) });
const store = (image: string, port: number, variables: Readonly<Record<string, string>>): Fields[] => [
  service('db', port),
  deployment('db', { image, ports: [{ containerPort: port }], env: env(variables) }),
];
const postgres = (variables: Readonly<Record<string, string>> = {}): Fields[] =>
  store('postgres:17', 5432, {
    POSTGRES_USER: 'shop',
    POSTGRES_PASSWORD: 'a',
    POSTGRES_DB: 'orders',
    ...variables,
  });
const url = (login: string, database = 'orders'): Fields =>
  client(`postgresql://${login}@db:5432/${database}`);

const other = (login: string, database: string): Fields =>
  deployment('other', { env: env({ DATABASE_URL: `postgresql://${login}@db:5432/${database}` }) });

describe('what a URL says to PostgreSQL', () => {
  judged([
    ['is right', [url('shop:a'), ...postgres()], silent],
    ['is another password', [url('shop:b'), ...postgres()], is('error', 'SECRET_MISMATCH')],
    ['is a password with signs', [url('shop:p%40ss'), ...postgres({ POSTGRES_PASSWORD: 'p@ss' })], silent],
    ['is another user', [url('web:b'), ...postgres()], is('warning', 'CLIENT_UNKNOWN')],
    ['is another user with the same password', [url('web:a'), ...postgres()], is('error', 'CLIENT_UNKNOWN')],
    ['is another database', [url('shop:a', 'books'), ...postgres()], is('error', 'CLIENT_UNKNOWN')],
    ['is a database by a slip', [url('shop:a', 'order'), ...postgres()], is('error', 'CLIENT_UNKNOWN')],
    [
      'is a database of its own beside others',
      [url('shop:a', 'books'), other('shop:a', 'orders'), ...postgres()],
      is('warning', 'CLIENT_UNKNOWN'),
    ],
    [
      'is a database of its own where the one that is made is the usual one',
      [url('shop:a', 'books'), ...postgres({ POSTGRES_DB: 'postgres' })],
      is('warning', 'CLIENT_UNKNOWN'),
    ],
    ['is the database that is always there', [url('shop:a', 'postgres'), ...postgres()], silent],
    ['has no user', [client('postgresql://db:5432/orders'), ...postgres()], silent],
    ['is of Java', [client('jdbc:postgresql://db:5432/other'), ...postgres()], is('error', 'CLIENT_UNKNOWN')],
    [
      'is what a script makes',
      [url('web:a', 'web'), configMap('init', { 'init.sql': 'CREATE USER web;' }), ...postgres()],
      silent,
    ],
  ]);
});

describe('what variables and options say to PostgreSQL', () => {
  const host = { DB_HOST: 'db', DB_PORT: '5432' };
  const told = (variables: Readonly<Record<string, string>>): Fields[] => [
    deployment('web', { env: env({ ...host, ...variables }) }),
    ...postgres(),
  ];
  const flags = (...args: string[]): Fields[] => [deployment('web', { args }), ...postgres()];
  judged([
    ['is right', told({ DB_USER: 'shop', DB_PASSWORD: 'a', DB_NAME: 'orders' }), silent],
    ['is another user', told({ DB_USER: 'shops', DB_NAME: 'orders' }), is('error', 'CLIENT_UNKNOWN')],
    ['is another database', told({ DB_DATABASE: 'books' }), is('error', 'CLIENT_UNKNOWN')],
    [
      'is another password',
      told({ DB_USERNAME: 'shop', DB_PASSWORD: 'b', DB_NAME: 'orders' }),
      is('error', 'SECRET_MISMATCH'),
    ],
    ['is of another beginning', told({ MAIL_USER: 'web', MAIL_NAME: 'post' }), silent],
    [
      'beside a URL',
      [
        deployment('web', { env: env({ APP_URL: 'jdbc:postgresql://db:5432/orders', APP_USER: 'shops' }) }),
        ...postgres(),
      ],
      is('error', 'CLIENT_UNKNOWN'),
    ],
    ['of a name of the program', flags('--db-host=db', '--db-port=5432', '--db-name=orders'), silent],
    [
      'in an option',
      flags('--db-host=db', '--db-port=5432', '--db-name=books'),
      is('error', 'CLIENT_UNKNOWN'),
    ],
    [
      'to a client',
      [deployment('web', { command: ['psql', '-h', 'db', '-U', 'shop', '-d', 'order'] }), ...postgres()],
      is('error', 'CLIENT_UNKNOWN'),
    ],
    [
      'in a text of pairs',
      [client('host=db port=5432 dbname=books user=shop password=a'), ...postgres()],
      is('error', 'CLIENT_UNKNOWN'),
    ],
  ]);
});

describe('what a URL says to others', () => {
  const mysql = store('mysql:8.4', 3306, {
    ...{ MYSQL_ROOT_PASSWORD: 'r', MYSQL_USER: 'shop', MYSQL_PASSWORD: 'a', MYSQL_DATABASE: 'orders' },
  });
  const rabbit = store('rabbitmq:4', 5672, { RABBITMQ_DEFAULT_USER: 'shop', RABBITMQ_DEFAULT_PASS: 'a' });
  judged([
    ['as root of MySQL', [client('mysql://root:r@db/orders'), ...mysql], silent],
    [
      'as root of MySQL by the password of another',
      [client('mysql://root:a@db/orders'), ...mysql],
      is('error', 'SECRET_MISMATCH'),
    ],
    [
      'of another database, as Go writes it',
      [client('shop:a@tcp(db:3306)/books'), ...mysql],
      is('error', 'CLIENT_UNKNOWN'),
    ],
    ['as a user of RabbitMQ', [client('amqp://shop:a@db:5672/'), ...rabbit], silent],
    [
      'as a guest of RabbitMQ',
      [client('amqp://guest:guest@db:5672/'), ...rabbit],
      is('warning', 'CLIENT_UNKNOWN'),
    ],
    [
      'in another image',
      [client('mysql://web:x@db/a'), ...store('registry.example.org/own:1', 3306, {})],
      silent,
    ],
  ]);
});

test('neither password is shown', () => {
  const [finding] = findingsIn(url('shop:sesame-1'), ...postgres({ POSTGRES_PASSWORD: 'sesame-2' }));
  expect(finding?.code).toBe('SECRET_MISMATCH');
  expect(JSON.stringify(finding)).not.toContain('sesame');
});

describe('the one password of a Redis', () => {
  const redis = (container: Fields): Fields[] => [
    service('cache', 6379),
    deployment('cache', { image: 'redis:7.4', ports: [{ containerPort: 6379 }], ...container }),
  ];
  const told = (...args: string[]): Fields[] => redis({ args: ['redis-server', ...args] });
  const dialling = (variables: Readonly<Record<string, string>>): Fields =>
    deployment('web', { env: env(variables) });
  const sent = (login: string): Fields => dialling({ CACHE_URL: `redis://${login}@cache:6379/0` });
  const wrong = is('error', 'SECRET_MISMATCH');
  judged([
    ['is another one in a URL', [sent(':b'), ...told('--requirepass', 'a')], wrong],
    [
      'is another one of the default user',
      [sent('default:b'), ...told('--requirepass', 'a', '--port', '6379')],
      wrong,
    ],
    [
      'is another one beside a host',
      [
        dialling({ CACHE_HOST: 'cache', CACHE_PORT: '6379', CACHE_PASSWORD: 'b' }),
        ...told('--requirepass a'),
      ],
      wrong,
    ],
    [
      'is another one in a script',
      [
        sent(':b'),
        ...redis({
          command: ['sh', '-c', 'exec redis-server --requirepass "$WORD"'],
          env: env({ WORD: 'a' }),
        }),
      ],
      wrong,
    ],
    [
      'is another one in a connection string',
      [dialling({ CACHE: 'cache:6379,password=b' }), ...told('--requirepass', 'a')],
      wrong,
    ],
    ['is right', [sent(':a'), ...told('--requirepass', 'a')], silent],
    [
      'is right by a variable',
      [sent(':a'), ...redis({ args: ['--requirepass', '$(WORD)'], env: env({ WORD: 'a' }) })],
      silent,
    ],
    [
      'is not known',
      [sent(':b'), ...redis({ command: ['sh', '-c', 'redis-server --requirepass "$(cat /run/word)"'] })],
      silent,
    ],
    ['is that of a user of its own', [sent('web:b'), ...told('--requirepass', 'a')], silent],
    ['is not asked for', [sent(':b'), ...told()], silent],
    [
      'is told by a file of users',
      [sent(':b'), ...told('--requirepass', 'a', '--aclfile', '/etc/users.acl')],
      silent,
    ],
  ]);

  test('is not shown', () => {
    const found = findingsIn(sent(':s3cretsent'), ...told('--requirepass', 's3crettold'));
    expect(found).toHaveLength(1);
    expect(JSON.stringify(found)).not.toMatch(/s3cretsent|s3crettold/);
  });
});
