import { describe, expect, test } from 'vitest';
import { deployment, env, is, judged, mended, silent, store, type Fields } from './small-manifests.ts';

/** Forms in which variables name connections, beside URLs and pairs of a host and a port. */

const stores: Fields[] = [
  ...store('ledger', 'registry.example.org/ledger:1', 5432),
  ...store('cache', 'valkey/valkey:8', 6379),
  ...store('api', 'registry.example.org/api:3', 8080),
];
const told = (variables: Readonly<Record<string, string>>, pod: Fields = {}): Fields[] => [
  ...stores,
  deployment('teller', { env: env(variables) }, pod),
];
const noHost = is('error', 'HOST_UNKNOWN');
const noPort = is('error', 'PORT_NOT_SERVED');

describe('options of a virtual machine', () => {
  const options = (text: string, name = 'JAVA_OPTS'): Fields[] => told({ [name]: text });
  judged([
    [
      'with a URL of another port',
      options('-Xmx256m -Dspring.datasource.url=jdbc:postgresql://ledger:5433/books'),
      noPort,
    ],
    ['with a URL of a slip', options('-Dapi.url=http://apii:8080 -XX:+UseG1GC', 'JAVA_TOOL_OPTIONS'), noHost],
    ['with a host beside a port', options('-Dcache.host=cache -Dcache.port=6380', 'CATALINA_OPTS'), noPort],
    ['with an address', options('-Dapi.endpoint=api:81 -Dx=y', 'JDK_JAVA_OPTIONS'), noPort],
    [
      'with what is there',
      options('-Xmx256m -Dapi.url=http://api:8080/v1 -Dcache.host=cache -Dcache.port=6379'),
      silent,
    ],
    [
      'of the machine alone',
      options('-Xmx256m -Dfile.encoding=UTF-8 -Dcom.sun.management.jmxremote.port=9010'),
      silent,
    ],
    ['with an agent', options('-javaagent:/opt/agent.jar=12345:/opt/agent.yaml -Duser.timezone=UTC'), silent],
    [
      'with its own address',
      options('-Djava.rmi.server.hostname=127.0.0.1 -Dlisten.url=http://api:1'),
      silent,
    ],
  ]);
});

describe('a connection string', () => {
  const held = (value: string): Fields[] => told({ ConnectionStrings__Main: value });
  judged([
    [
      'of ADO.NET, with another port',
      held('Server=ledger,1433;Database=books;User Id=sa;Password=x;'),
      noPort,
    ],
    ['of ADO.NET, with a slip', held('Data Source=tcp:ledgr,5432;Initial Catalog=books;User ID=sa'), noHost],
    [
      'of Npgsql, with another port',
      held('Username=app;Password=x;Host=ledger;Port=5433;Database=books'),
      noPort,
    ],
    ['of a cache, with another port', held('cache:6380,password=x,ssl=False,abortConnect=False'), noPort],
    ['of a cache, with a slip', held('cache:6379,cahce:6379,abortConnect=False'), noHost],
    ['of JDBC, with settings', held('jdbc:sqlserver://ledger:1433;databaseName=books;encrypt=false'), noPort],
    ['of gRPC, with another port', held('dns:///api:50051'), noPort],
    ['of gRPC, with a slip', held('dns:apii:8080'), noHost],
    [
      'of files, with another port',
      held('AccountName=a;AccountKey=eHg=;BlobEndpoint=http://api:10000/a;'),
      noPort,
    ],
    ['of members, with another port', held('one=http://api:2380,two=http://api:8080'), noPort],
    [
      'of ADO.NET that is right',
      held('Server=tcp:ledger,5432;Database=books;User Id=sa;Password=a=b;'),
      silent,
    ],
    [
      'of ADO.NET with an instance',
      held('Server=ledger\\SQLEXPRESS;Database=books;Trusted_Connection=True'),
      silent,
    ],
    ['of Npgsql that is right', held('Host=ledger;Port=5432;Username=app;Include Error Detail=true'), silent],
    ['of a cache that is right', held('cache:6379,defaultDatabase=1,connectTimeout=5000'), silent],
    ['of gRPC that is right', held('dns:///api.default.svc.cluster.local:8080'), silent],
    [
      'of files in the world',
      held('DefaultEndpointsProtocol=https;AccountName=a;EndpointSuffix=core.example.net'),
      silent,
    ],
    ['of a text', held('Name=x;Value=ledger,1;Note=server=ledgr'), silent],
  ]);
});

describe('a host', () => {
  judged([
    ['beside the number of its port', told({ DB_HOST: 'ledger', DB_PORT_NUMBER: '5433' }), noPort],
    ['that is called a server', told({ DB_SERVER: 'ledger', DB_PORT: '5433' }), noPort],
    ['that is called an address', told({ CACHE_ADDRESS: 'cahce', CACHE_PORT: '6379' }), noHost],
    ['without a port', told({ POSTGRES_HOST: 'ledgr' }), noHost],
    ['in a list', told({ CASSANDRA_SEEDS: 'cassandra-0.nodes,ledger' }), silent],
    ['in a list, with a slip', told({ REDIS_NODES: 'cache, cahce' }), noHost],
    ['in a list that is not there', told({ CASSANDRA_SEEDS: 'cassandra' }), noHost],
    ['of a whole name', told({ PEER_HOST: 'apii.default.svc.cluster.local' }), noHost],
    ['that may be one, with a slip', told({ UPSTREAM_HOST: 'apii' }), is('warning', 'HOST_UNKNOWN')],
    ['that may be one', told({ SITE_HOST: 'intranet' }), is('unknown', 'HOST_UNKNOWN')],
    [
      'beside its port',
      told({ DB_HOST: 'ledger', DB_PORT_NUMBER: '5432', CACHE_SERVER: 'cache', CACHE_PORT: '6379' }),
      silent,
    ],
    ['that is there', told({ POSTGRES_HOST: 'ledger', KAFKA_BROKERS: 'cache,api' }), silent],
    ['in the world', told({ POSTGRES_HOST: 'ledger.example.org', SMTP_HOST: 'mail.example.org' }), silent],
    ['of its own', told({ ADVERTISED_HOST: 'nobody', LISTEN_HOST: 'nobody', DB_HOST: 'localhost' }), silent],
    [
      'that the pod names itself',
      told({ DB_HOST: 'old' }, { hostAliases: [{ ip: '10.1.2.3', hostnames: ['old'] }] }),
      silent,
    ],
    [
      'that is no name',
      told({ DB_HOST: '10.1.2.3', REDIS_HOST: 'redis_one', CASSANDRA_SEEDS: '/etc/seeds' }),
      silent,
    ],
  ]);
});

test.each([
  ['JAVA_OPTS', '-Xmx1g -Dcache.host=cache -Dcache.port=6380'],
  ['JAVA_TOOL_OPTIONS', '-Dapi.url=http://apii:8080'],
  ['DATABASE', 'Server=ledger,5433;Database=books;User Id=app'],
  ['CACHE', 'cache:6380,ssl=False'],
  ['API', 'dns:///api:8081'],
  ['CASSANDRA_SEEDS', 'api,cahce'],
])('a fix in %s mends it, at its line', (name, value) => {
  const objects = told({ [name]: value });
  const { line, left } = mended(...objects);
  expect(line).toContain(value);
  expect(left).toEqual([]);
});
