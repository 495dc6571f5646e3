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

describe('what a URL says to PostgreSQL', () => {
  judged([
    ['is right', [url('shop:a'), ...postgres()], silent],
    ['is another password', [url('shop:b'), ...postgres()], is('error', 'SECRET_MISMATCH')],
    ['is a password with signs', [url('shop:p%40ss'), ...postgres({ POSTGRES_PASSWORD: 'p@ss' })], silent],
    ['is another user', [url('web:a'), ...postgres()], is('warning', 'CLIENT_UNKNOWN')],
    ['is another database', [url('shop:a', 'order'), ...postgres()], is('warning', 'CLIENT_UNKNOWN')],
    ['is the database that is always there', [url('shop:a', 'postgres'), ...postgres()], silent],
    ['has no user', [client('postgresql://db:5432/other'), ...postgres()], silent],
    [
      'is what a script makes',
      [url('web:a', 'web'), configMap('init', { 'init.sql': 'CREATE USER web;' }), ...postgres()],
      silent,
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
