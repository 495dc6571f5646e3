import { describe } from 'vitest';
import { configMap, deployment, env, is, judged, silent, type Fields } from './small-manifests.ts';

/** Probes, held against where a known server listens as it is told by its arguments, variables and files. */

const tcp = (port: number | string): Fields => ({ readinessProbe: { tcpSocket: { port } } });
const http = (port: number | string): Fields => ({ livenessProbe: { httpGet: { path: '/', port } } });
const wrong = is('error', 'PROBE_PORT');
const declaring = (...ports: number[]): Fields => ({
  ports: ports.map((containerPort) => ({ containerPort })),
});

describe('a probe of a server of Python', () => {
  const python = (command: string, fields: Fields, pod: Fields = {}): Fields[] => [
    deployment('front', { command: command.split(' '), ...fields }, pod),
  ];
  const script = (text: string, fields: Fields): Fields[] => [
    deployment('front', { command: ['sh', '-c', text], ...fields }),
  ];
  const gunicorn = 'gunicorn --bind 0.0.0.0:9000 app:app';
  judged([
    ['asks another port than it binds', python(gunicorn, http(8000)), wrong],
    [
      'asks another port, which is not declared',
      python(gunicorn, { ...declaring(9000), ...http(8000) }),
      wrong,
    ],
    ['asks the port that is declared in vain', python(gunicorn, { ...declaring(8000), ...tcp(8000) }), wrong],
    [
      'asks such a port by its name',
      python(gunicorn, { ports: [{ name: 'web', containerPort: 8000 }], ...http('web') }),
      wrong,
    ],
    [
      'asks gRPC of another port',
      python('uvicorn app:app --port 9000 --host 0.0.0.0', { startupProbe: { grpc: { port: 8000 } } }),
      wrong,
    ],
    ['asks another port, behind a script', script(`exec ${gunicorn}`, tcp(8000)), wrong],
    ['asks its port', python(gunicorn, { ...declaring(9000), ...http(9000) }), silent],
    ['asks its port, which is not declared', python(gunicorn, tcp(9000)), silent],
    [
      'asks a port that is declared beside its own',
      python(gunicorn, { ...declaring(9000, 9100), ...http(9100) }),
      silent,
    ],
    [
      'asks a port that something else may open',
      script(`./metrics & ${gunicorn}`, tcp(8000)),
      is('unknown', 'PROBE_PORT'),
    ],
    [
      'asks another host',
      python(gunicorn, { readinessProbe: { httpGet: { host: 'health.example.org', path: '/', port: 80 } } }),
      silent,
    ],
    [
      'runs a command',
      python(gunicorn, { readinessProbe: { exec: { command: ['test', '-f', '/ready'] } } }),
      silent,
    ],
  ]);
});

describe('a probe of a server by its image', () => {
  const image = (name: string, fields: Fields, pod: Fields = {}): Fields[] => [
    deployment('front', { image: name, ...fields }, pod),
  ];
  const page = (listen: number, fields: Fields): Fields[] => [
    configMap('site', { 'default.conf': `server {\n  listen ${listen};\n}\n` }),
    deployment(
      'front',
      { image: 'nginx:1.27', volumeMounts: [{ name: 'site', mountPath: '/etc/nginx/conf.d' }], ...fields },
      { volumes: [{ name: 'site', configMap: { name: 'site' } }] },
    ),
  ];
  const postgres = { POSTGRES_HOST_AUTH_METHOD: 'trust' };
  judged([
    ['asks Redis elsewhere', image('redis:7.4', { args: ['--port', '6380'], ...tcp(6379) }), wrong],
    [
      'asks PostgreSQL elsewhere',
      image('postgres:17.2', { env: env({ ...postgres, PGPORT: '5433' }), ...tcp(5432) }),
      wrong,
    ],
    [
      'asks Ollama elsewhere',
      image('ollama/ollama:0.5', { env: env({ OLLAMA_HOST: '0.0.0.0:8080' }), ...http(11434) }),
      wrong,
    ],
    ['asks nginx elsewhere', page(8080, http(80)), wrong],
    ['asks Ollama beside its default', image('ollama/ollama:0.5', http(8080)), is('warning', 'PROBE_PORT')],
    ['asks Redis', image('redis:7.4', { args: ['--port', '6380'], ...tcp(6380) }), silent],
    [
      'asks PostgreSQL',
      image('postgres:17.2', { env: env({ ...postgres, PGPORT: '5433' }), ...tcp(5433) }),
      silent,
    ],
    [
      'asks Ollama',
      image('ollama/ollama:0.5', { env: env({ OLLAMA_HOST: '0.0.0.0:8080' }), ...http(8080) }),
      silent,
    ],
    ['asks nginx', page(8080, http(8080)), silent],
    [
      'asks what its environment elsewhere may say',
      image('ollama/ollama:0.5', {
        envFrom: [{ configMapRef: { name: 'absent', optional: true } }],
        ...http(8080),
      }),
      silent,
    ],
  ]);
});

describe('a probe of a pod of several containers', () => {
  const beside = (second: Fields): Fields[] => {
    const object = structuredClone(
      deployment('front', {
        image: 'ollama/ollama:0.5',
        env: env({ OLLAMA_HOST: '0.0.0.0:8080' }),
        ...tcp(9121),
      }),
    ) as { spec: { template: { spec: { containers: Fields[] } } } } & Fields;
    object.spec.template.spec.containers.push({ name: 'second', ...second });
    return [object];
  };
  judged([
    [
      'asks what another declares',
      beside({ image: 'registry.example.org/exporter:1', ...declaring(9121) }),
      silent,
    ],
    [
      'asks what another is told',
      beside({
        command: ['uvicorn', 'a:b', '--port', '9121', '--host', '0.0.0.0'],
        image: 'registry.example.org/a:1',
      }),
      silent,
    ],
    [
      'asks what another may open',
      beside({ image: 'registry.example.org/exporter:1' }),
      is('unknown', 'PROBE_PORT'),
    ],
    ['asks what no other opens', beside({ image: 'nginx:1.27' }), wrong],
  ]);
});
