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

/** Forms of public sets that were called wrong, beside what is wrong. */

const custom: Fields = {
  apiVersion: 'search.example.com/v1',
  kind: 'Search',
  metadata: { name: 'books' },
  spec: {},
};
const others = store('web', 'registry.example.org/web:1', 8080);

describe('what an operator may make', () => {
  const ingress = (name: string): Fields => ({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name: 'front' },
    spec: { defaultBackend: { service: { name, port: { number: 9200 } } } },
  });
  const dialling = (host: string): Fields =>
    deployment('app', { env: env({ SEARCH_URL: `http://${host}:9200` }) });
  const taking = (name: string): Fields => deployment('app', { envFrom: [{ configMapRef: { name } }] });
  judged([
    ['a Service of an Ingress', [...others, custom, ingress('books-http')], is('unknown', 'HOST_UNKNOWN')],
    ['a Service that is dialled', [...others, custom, dialling('books-http')], is('unknown', 'HOST_UNKNOWN')],
    ['a ConfigMap', [configMap('web', {}), custom, taking('books-nodes')], is('unknown', 'OBJECT_MISSING')],
    ['a Service of another name', [...others, custom, ingress('films-http')], is('error', 'HOST_UNKNOWN')],
    [
      'a ConfigMap of another name',
      [configMap('web', {}), custom, taking('films-nodes')],
      is('error', 'OBJECT_MISSING'),
    ],
  ]);
});

describe('a value that is as good as none', () => {
  const node = (nodePort: number, type: string): Fields[] => {
    const object = service('web', 80, 8080);
    const spec = { ...(object['spec'] as Fields), type, ports: [{ port: 80, targetPort: 8080, nodePort }] };
    return [{ ...object, spec }, deployment('web', { ports: [{ containerPort: 8080 }] })];
  };
  judged([
    ['of a node port', node(0, 'NodePort'), silent],
    ['of a node port that may not be there', node(0, 'ClusterIP'), silent],
    ['of a port beside a host', [deployment('app', { env: env({ API_HOST: '', API_PORT: '' }) })], silent],
    ['of a node port that is none', node(80, 'NodePort'), is('error', 'INVALID_FIELD')],
    [
      'of a port that is none',
      [deployment('app', { env: env({ API_HOST: 'a.example.org', API_PORT: 'web' }) })],
      is('error', 'ENV_INVALID'),
    ],
  ]);
});

describe('a Secret', () => {
  const secret = (data: Fields): Fields[] => [
    { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'keys' }, stringData: data },
    deployment('app', { env: [{ name: 'KEY', valueFrom: { secretKeyRef: { name: 'keys', key: 'key' } } }] }),
  ];
  judged([
    ['with nothing in it is for others to fill', secret({}), is('warning', 'KEY_MISSING')],
    ['with another key', secret({ other: 'x' }), is('error', 'KEY_MISSING')],
    ['with the key', secret({ key: 'x' }), silent],
  ]);
});

describe('two ports of a pod', () => {
  const pod = (one: Fields, other: Fields): Fields[] => [
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'both' },
      spec: {
        enableServiceLinks: false,
        containers: [
          { name: 'one', image: 'example.org/one:1', ports: [one] },
          { name: 'other', image: 'example.org/other:1', ports: [other] },
        ],
      },
    },
  ];
  judged([
    [
      'of one name in two containers',
      pod({ name: 'http', containerPort: 80 }, { name: 'http', containerPort: 90 }),
      is('warning', 'PORT_TWICE'),
    ],
    [
      'of one number',
      pod({ name: 'a', containerPort: 80 }, { name: 'b', containerPort: 80 }),
      is('error', 'PORT_TWICE'),
    ],
    ['of their own', pod({ name: 'a', containerPort: 80 }, { name: 'b', containerPort: 90 }), silent],
  ]);
});
