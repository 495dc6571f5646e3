import type { Account, ImageFacts, Listening } from '../../model/pack.ts';
import type { Process } from '../../model/program.ts';
import type { Pack } from '../checks/subject.ts';
import { listensBy } from './listens-by.ts';

/** What is known of other images that people run beside their own, as their documentation has it. */

const underscored = (product: string): string => `${product.toUpperCase().replaceAll('-', '_')}_`;

/** The user of MySQL or MariaDB that its image makes for one database, and root, who may use each. */
function accountsOf(env: Process['env'], prefix: string): Account[] {
  const [user, database] = [env[`${prefix}_USER`], env[`${prefix}_DATABASE`]];
  if (user === undefined) return [];
  const databases = database === undefined ? {} : { databases: [database], database: `${prefix}_DATABASE` };
  return [
    { user, password: `${prefix}_PASSWORD`, ...databases },
    { user: 'root', password: `${prefix}_ROOT_PASSWORD`, ...databases },
  ];
}

const mysqlServers = ['mysqld', 'mariadbd'];
const mongoServers = ['mongod'];
const memcachedServers = ['memcached'];

/** The listeners of Kafka, `PLAINTEXT://:9092,CONTROLLER://:9093`; nothing where one of them is written otherwise. */
function kafkaListeners(env: Process['env']): Listening[] | undefined {
  const name = ['KAFKA_LISTENERS', 'KAFKA_CFG_LISTENERS'].find((one) => env[one] !== undefined) ?? '';
  const found = (env[name] ?? '').split(',').map((one) => /^\s*\w+:\/\/(.*):(\d+)\s*$/.exec(one));
  return found.every((one) => one !== null)
    ? found.map(([, host = '', port]) => ({ port: Number(port), in: name, ...(host === '' ? {} : { host }) }))
    : undefined;
}

const images: readonly ImageFacts[] = [
  {
    image: /^(mysql|mariadb)$/,
    ...{ speaks: { 3306: 'mysql' }, opens: [33_060], user: 0, servers: mysqlServers },
    listens: listensBy({
      servers: mysqlServers,
      port: ['--port', '-P'],
      host: ['--bind-address'],
      usual: 3306,
    }),
    scratch: () => [['/var/run/mysqld', '/run/mysqld']],
    accounts: (env) => ['MYSQL', 'MARIADB'].flatMap((prefix) => accountsOf(env, prefix)),
  },
  {
    image: /^mongo$/,
    ...{ speaks: { 27_017: 'mongodb' }, user: 0, servers: mongoServers },
    listens: listensBy({
      ...{ servers: mongoServers, port: ['--port'], host: ['--bind_ip'], usual: 27_017 },
      instead: ['-f', '--config', '--configsvr', '--shardsvr'],
    }),
    scratch: () => [['/tmp']],
    accounts: ({ MONGO_INITDB_ROOT_USERNAME: user }) =>
      user === undefined ? [] : [{ user, password: 'MONGO_INITDB_ROOT_PASSWORD' }],
  },
  {
    image: /^rabbitmq$/,
    ...{ speaks: { 5672: 'amqp', 15_672: 'http', 15_692: 'http' }, user: 0 },
    opens: [4369, 5671, 25_672, 1883, 61_613],
    accounts: ({ RABBITMQ_DEFAULT_USER: user }) =>
      user === undefined ? [] : [{ user, password: 'RABBITMQ_DEFAULT_PASS' }],
  },
  {
    image: /^memcached$/,
    servers: memcachedServers,
    listens: listensBy({
      ...{ servers: memcachedServers, port: ['-p', '--port'], host: ['-l', '--listen'], usual: 11_211 },
      instead: ['-s'],
    }),
  },
  {
    image: /^(apache|bitnami|bitnamilegacy|confluentinc)\/(cp-)?kafka$/,
    ...{ speaks: { 9092: 'kafka' }, listens: ({ env }) => kafkaListeners(env) },
  },
  { image: /^prom\/prometheus$/, speaks: { 9090: 'http' }, user: 65_534 },
  { image: /^grafana\/grafana$/, speaks: { 3000: 'http' }, user: 472 },
  { image: /^grafana\/loki$/, speaks: { 3100: 'http' }, user: 10_001 },
  {
    image: /^(elasticsearch|elasticsearch\/elasticsearch|opensearchproject\/opensearch)$/,
    ...{ speaks: { 9200: 'http', 9300: 'transport' }, user: 1000 },
  },
  { image: /^clickhouse\/clickhouse-server$/, speaks: { 8123: 'http', 9000: 'clickhouse' } },
  { image: /^cassandra$/, speaks: { 9042: 'cql' } },
  { image: /^n8nio\/n8n$/, speaks: { 5678: 'http' }, user: 1000 },
  { image: /^jenkins\/jenkins$/, speaks: { 8080: 'http' }, user: 1000 },
  { image: /^(python|alpine|busybox|debian|ubuntu|httpd)$/, user: 0 },
  {
    image: /^(bitnami|bitnamilegacy)\/[-a-z0-9]+$/,
    scratch: (product) => [[`/opt/bitnami/${product}/tmp`]],
    ...{ prefix: underscored, user: 1001 },
  },
  { image: /^confluentinc\/cp-[-a-z]+$/, prefix: (product) => underscored(product.replace(/^cp-/, '')) },
];

export const otherImages: Pack = {
  images,
  schemes: {
    mysql: { speaks: 'mysql', port: 3306 },
    mariadb: { speaks: 'mysql', port: 3306 },
    mongodb: { speaks: 'mongodb', port: 27_017 },
    amqp: { speaks: 'amqp', port: 5672 },
    amqps: { speaks: 'amqp', port: 5671 },
    kafka: { speaks: 'kafka' },
  },
  clients: [
    {
      names: ['mysql', 'mysqladmin', 'mysqldump', 'mariadb', 'mariadb-admin', 'mariadb-dump'],
      ...{ host: ['-h', '--host'], port: ['-P', '--port'], usual: 3306, scheme: 'mysql' },
    },
    {
      names: ['mongosh', 'mongo', 'mongodump', 'mongorestore'],
      ...{ host: ['--host', '-h'], port: ['--port'], usual: 27_017, scheme: 'mongodb' },
    },
  ],
};
