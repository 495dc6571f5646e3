import { describe, expect, test } from 'vitest';
import {
  deployment,
  env,
  findingsIn,
  is,
  judged,
  mounting,
  service,
  silent,
  type Fields,
} from './small-manifests.ts';

const client = (url: string, pod: Fields = {}): Fields =>
  deployment('web', { env: env({ API_URL: url }) }, pod);
const behind = (container: Fields, port = 8000): Fields[] => [
  service('api', port),
  deployment('api', { ports: [{ containerPort: port }], ...container }),
];
const probed = (scheme: string): Fields => ({
  readinessProbe: { httpGet: { path: '/healthz', port: 8000, scheme } },
});

describe('a URL with TLS', () => {
  const uvicorn = (...options: string[]): Fields => ({
    command: ['uvicorn', 'api:app', '--host', '0.0.0.0', ...options],
  });
  const keys = ['--ssl-keyfile', '/run/tls.key', '--ssl-certfile', '/run/tls.crt'];
  judged([
    [
      'to a server that is told none',
      [client('https://api:8000'), ...behind(uvicorn())],
      is('error', 'TLS_MISMATCH'),
    ],
    ['to a server that is told so', [client('https://api:8000'), ...behind(uvicorn(...keys))], silent],
    [
      'to a port that is probed without',
      [client('https://api:8000'), ...behind(probed('HTTP'))],
      is('warning', 'TLS_MISMATCH'),
    ],
    ['to a port that is probed with it', [client('https://api:8000'), ...behind(probed('HTTPS'))], silent],
    ['to a port of which nothing is known', [client('https://api:8000'), ...behind({})], silent],
    [
      'to Ollama',
      [
        client('https://ollama:11434'),
        service('ollama', 11434),
        deployment('ollama', { image: 'ollama/ollama:0.11' }),
      ],
      is('error', 'TLS_MISMATCH'),
    ],
  ]);
});

describe('a URL without TLS', () => {
  const uvicorn = (...options: string[]): Fields => ({
    command: ['uvicorn', 'api:app', '--host', '0.0.0.0', ...options],
  });
  judged([
    [
      'to a server that is told to speak it',
      [client('http://api:8000'), ...behind(uvicorn('--ssl-keyfile=/run/tls.key'))],
      is('error', 'TLS_MISMATCH'),
    ],
    ['to a server that is not', [client('http://api:8000'), ...behind(uvicorn())], silent],
    [
      'to a port that is probed with it',
      [client('http://api:8000'), ...behind(probed('HTTPS'))],
      is('warning', 'TLS_MISMATCH'),
    ],
    ['from a pod of a mesh', [meshed(client('http://api:8000')), ...behind(probed('HTTPS'))], silent],
  ]);
});

/** With a proxy that may speak TLS in the place of the program. */
function meshed(object: Fields): Fields {
  const copy = structuredClone(object) as { spec: { template: { metadata: { labels: object } } } };
  Object.assign(copy.spec.template.metadata.labels, { 'sidecar.istio.io/inject': 'true' });
  return copy;
}

describe('a port that speaks both', () => {
  const named = (port: number, name: string): Fields[] => [
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'api' },
      spec: { selector: { app: 'api' }, ports: [{ name, port, targetPort: 8000 }] },
    },
    deployment('api', { ports: [{ containerPort: 8000 }], ...probed('HTTP') }),
  ];
  judged([
    ['by its number', [client('https://api'), ...named(443, 'web')], silent],
    ['by its name', [client('https://api:8000'), ...named(8000, 'https-web')], silent],
  ]);
});

describe('nginx', () => {
  const nginx = (listen: string): Fields[] => {
    const [files, object] = mounting('front', 'default.conf', `server {\n  listen ${listen};\n}\n`);
    const copy = JSON.parse(
      JSON.stringify(object)
        .replaceAll('/etc/front', '/etc/nginx/conf.d')
        .replaceAll('registry.example.org/own:1', 'nginx:1.29'),
    ) as Fields;
    return [files ?? {}, copy, service('front', 8080)];
  };
  judged([
    ['with a certificate', [client('http://front:8080'), ...nginx('8080 ssl')], is('error', 'TLS_MISMATCH')],
    ['with a certificate, and a URL for it', [client('https://front:8080'), ...nginx('8080 ssl')], silent],
    ['without one', [client('https://front:8080'), ...nginx('8080')], is('error', 'TLS_MISMATCH')],
  ]);
});

describe('an Ingress of ingress-nginx', () => {
  const ingress = (annotations: Fields): Fields => ({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name: 'api', annotations },
    spec: {
      ingressClassName: 'nginx',
      rules: [
        {
          http: {
            paths: [
              {
                path: '/',
                pathType: 'Prefix',
                backend: { service: { name: 'api', port: { number: 8000 } } },
              },
            ],
          },
        },
      ],
    },
  });
  const speaking = (protocol: string): Fields =>
    ingress({ 'nginx.ingress.kubernetes.io/backend-protocol': protocol });
  const plain = behind({ command: ['uvicorn', 'api:app', '--host=0.0.0.0'] });
  judged([
    ['that speaks HTTPS to what is told none', [speaking('HTTPS'), ...plain], is('error', 'TLS_MISMATCH')],
    ['that speaks HTTP to it', [speaking('HTTP'), ...plain], silent],
    ['that says nothing', [ingress({}), ...plain], silent],
    [
      'that speaks HTTP to what is probed with TLS',
      [speaking('HTTP'), ...behind(probed('HTTPS'))],
      is('warning', 'TLS_MISMATCH'),
    ],
  ]);
});

test('the fix of a URL changes its scheme', () => {
  const [finding] = findingsIn(
    client('https://api:8000/v1'),
    ...behind({ command: ['uvicorn', 'api:app', '--host', '0.0.0.0'] }),
  );
  expect(finding?.fix).toBe('Write http://, or make the server speak TLS.');
  expect(finding?.edits?.map(({ text }) => text)).toEqual([expect.stringContaining('http://')]);
});

describe('the probes of one port', () => {
  const asked = (liveness: Fields, readiness: Fields): Fields[] => [
    deployment('metrics', {
      ports: [{ name: 'https', containerPort: 10250 }],
      livenessProbe: { httpGet: { path: '/livez', ...liveness } },
      readinessProbe: { httpGet: { path: '/readyz', ...readiness } },
    }),
  ];
  const [tls, plain] = [{ port: 10250, scheme: 'HTTPS' }, { port: 10250 }];
  judged([
    ['speak two protocols', asked(plain, tls), is('warning', 'TLS_MISMATCH')],
    ['speak TLS', asked(tls, tls), silent],
    ['speak none to the port https', asked({ port: 'https' }, tls), is('warning', 'TLS_MISMATCH')],
    ['speak none', asked(plain, plain), silent],
  ]);
});

describe('an Ingress of ingress-nginx to pods that are asked with TLS', () => {
  const routed = (annotations: Fields, ingressClassName = 'nginx'): Fields[] => [
    service('board', 443, 8443),
    deployment('board', {
      ports: [{ containerPort: 8443 }],
      readinessProbe: { httpGet: { path: '/', port: 8443, scheme: 'HTTPS' } },
    }),
    {
      ...{ apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata: { name: 'board', annotations } },
      spec: {
        ...{ ingressClassName },
        defaultBackend: { service: { name: 'board', port: { number: 443 } } },
      },
    },
  ];
  judged([
    ['says nothing', routed({}), is('warning', 'TLS_MISMATCH')],
    ['says so', routed({ 'nginx.ingress.kubernetes.io/backend-protocol': 'HTTPS' }), silent],
    ['passes TLS on', routed({ 'nginx.ingress.kubernetes.io/ssl-passthrough': 'true' }), silent],
    ['is of another controller', routed({}, 'alb'), silent],
  ]);
});
