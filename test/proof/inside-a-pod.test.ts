import { describe } from 'vitest';
import { deployment, env, is, judged, service, silent, type Fields } from './small-manifests.ts';

/** Containers of one pod that dial each other at the pod's own address, and what options say of their ports. */

const pod = (...containers: Fields[]): Fields => {
  const { spec, ...object } = deployment('web', {}) as { spec: { template: { spec: Fields } } };
  const [first, ...others] = containers.map((one, index) => ({
    ...{ name: `part-${index}`, image: 'registry.example.org/part:1' },
    ...one,
  }));
  const template = { ...spec.template, spec: { ...spec.template.spec, containers: [first, ...others] } };
  return { ...object, spec: { ...spec, template } };
};
const ports = (...numbers: number[]): Fields => ({
  ports: numbers.map((containerPort) => ({ containerPort })),
});
const warned = is('warning', 'HOST_IS_ITSELF');

describe('a sidecar dials a port of its pod', () => {
  const proxy = (upstream: string): Fields => ({ ...ports(4180), args: [`--upstream=${upstream}`] });
  judged([
    ['that another container declares', [pod(proxy('http://127.0.0.1:8080/'), ports(8080))], silent],
    ['that none has', [pod(proxy('http://127.0.0.1:8081/'), ports(8080))], warned],
    ['by the name of the loopback', [pod(proxy('http://localhost:8081'), ports(8080))], warned],
    [
      'in a variable',
      [pod({ ...ports(9216), env: env({ TARGET_URI: 'mongodb://localhost:27071' }) }, ports(27_017))],
      warned,
    ],
    [
      'that another is told by an option',
      [pod(proxy('http://127.0.0.1:8081/'), { args: ['--port=8081'] })],
      silent,
    ],
    ['another than one is told', [pod(proxy('http://127.0.0.1:8081/'), { args: ['--port=8082'] })], warned],
    [
      'that a variable of another says',
      [pod(proxy('http://127.0.0.1:8081/'), { ...ports(8080), env: env({ ADMIN: ':8081' }) })],
      silent,
    ],
    ['and another says nothing of its ports', [pod(proxy('http://127.0.0.1:8081/'), {})], silent],
    [
      'and it declares none itself',
      [pod({ args: ['--upstream=http://127.0.0.1:8081/'] }, ports(8080))],
      silent,
    ],
    [
      'of its own program',
      [pod({ ...ports(9000), env: env({ PUBLIC_URL: 'http://localhost:3000' }) }, ports(8080))],
      silent,
    ],
    [
      'where a browser is told',
      [pod({ ...ports(9000), env: env({ CORS_ORIGIN: 'http://localhost:3000' }) }, ports(8080))],
      silent,
    ],
    ['and is alone', [pod(proxy('http://127.0.0.1:8081/'))], silent],
    [
      'that the image of another opens',
      [pod({ ...ports(9121), env: env({ STORE_URL: 'redis://localhost:6379' }) }, { image: 'redis:7' })],
      silent,
    ],
    [
      'that the image of another does not open',
      [pod({ ...ports(9121), env: env({ STORE_URL: 'redis://localhost:6380' }) }, { image: 'redis:7' })],
      warned,
    ],
  ]);
});

describe('options of a program that say its ports', () => {
  const told = (args: string[], ...more: Fields[]): Fields[] => [
    deployment('web', { args, ports: [{ name: 'http', containerPort: 8080 }] }),
    ...more,
  ];
  const other = is('warning', 'CONTAINER_PORT');
  judged([
    ['with one dash', told(['-listen=:8090']), other],
    ['as it is declared', told(['-listen=:8080']), silent],
    ['by a number', told(['--port=8090']), other],
    ['by a number of a secure port', told(['--secure-port', '8090']), other],
    ['by an address of nobody', told(['--http-address=0.0.0.0:8090']), other],
    ['by a number beside the host it dials', told(['--host=store.example.org', '--port=8090']), silent],
    ['by a topic of its own', told(['--grpc-port=9000']), silent],
    ['twice', told(['--port=8080', '--port=8090']), other],
    ['in two ways', told(['--metrics-port=9000', '--metrics-bind-address=:9001']), other],
    ['twice, to listen at two', told(['--listen=:8080', '--listen=:8443']), silent],
    [
      'at the own address, behind a Service',
      told(['--http-address=127.0.0.1:8080'], service('web', 80, 8080)),
      other,
    ],
    ['at the own address, behind none', told(['--http-address=127.0.0.1:8080']), silent],
    [
      'beside an address elsewhere of the declared number',
      told(['--listen=0.0.0.0:8090', '--store=http://store.example.org:8080']),
      other,
    ],
    ['in a variable', [deployment('web', { ...ports(8080), env: env({ LISTEN_ADDR: ':8090' }) })], other],
  ]);
});

describe('a Service leads to a number that the pods do not declare', () => {
  const led = (target: Fields, container: Fields = {}): Fields[] => [
    deployment('web', { ...ports(8080), ...container }),
    { ...service('web', 3000), spec: { selector: { app: 'web' }, ports: [{ port: 3000, ...target }] } },
  ];
  const open = is('unknown', 'TARGET_PORT_UNKNOWN');
  judged([
    ['which it names', led({ targetPort: 3000 }), open],
    ['and names no target', led({}), is('warning', 'TARGET_PORT_UNKNOWN')],
    ['which an option says', led({}, { args: ['--api=:3000'] }), open],
    ['which a variable says', led({}, { env: env({ ADMIN: '0.0.0.0:3000' }) }), open],
    [
      'which is said of another host',
      led({}, { args: ['--store=http://store.example.org:3000'] }),
      is('warning', 'TARGET_PORT_UNKNOWN'),
    ],
  ]);
});

describe('a database is told where to listen', () => {
  const behind = (image: string, port: number, container: Fields): Fields[] => [
    deployment('web', { image, ...ports(port), ...container }),
    service('web', port),
  ];
  const wrong = is('error', 'CONTAINER_PORT');
  judged([
    [
      'mongod, at its port',
      behind('mongo:7', 27_017, { args: ['--bind_ip_all', '--port', '27017'] }),
      silent,
    ],
    ['mongod, at another', behind('mongo:7', 27_017, { args: ['--port', '27018'] }), wrong],
    ['mongod, for itself', behind('mongo:7', 27_017, { command: ['mongod', '--bind_ip=127.0.0.1'] }), wrong],
    ['mongod, in a file', behind('mongo:7', 27_017, { args: ['--config', '/a.conf'] }), silent],
    ['mysqld, for itself', behind('mysql:8.4', 3306, { args: ['--bind-address=127.0.0.1'] }), wrong],
    ['mysqld, at another', behind('mariadb:11', 3306, { args: ['--port=3307'] }), wrong],
    ['memcached, at another', behind('memcached:1.6', 11_211, { args: ['-m', '64', '-p', '11212'] }), wrong],
    ['memcached, by default', behind('memcached:1.6', 11_211, { args: ['-m', '64'] }), silent],
  ]);
});
