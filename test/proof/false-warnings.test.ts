import { describe } from 'vitest';
import { deployment, env, is, judged, service, silent, store, type Fields } from './small-manifests.ts';

/** What looks like a fault, and is a usual way of doing things; each beside the fault itself. */

const cache = store('cache', 'registry.example.org/cache:1', 6379);

/** A workload with annotations or labels on its pods. */
function marked(object: Fields, metadata: Fields): Fields {
  const copy = structuredClone(object) as { spec: { template: { metadata: object } } };
  Object.assign(copy.spec.template.metadata, metadata);
  return copy;
}

describe('the pod itself as a host', () => {
  const app = (variables: Readonly<Record<string, string>>, own: Fields = {}, pod: Fields = {}): Fields =>
    deployment('app', { env: env(variables), ...own }, pod);
  const url = { CACHE_URL: 'redis://localhost:6379' };
  const beside = (...containers: Fields[]): Fields => {
    const object = structuredClone(app(url)) as { spec: { template: { spec: { containers: Fields[] } } } };
    object.spec.template.spec.containers.push(...containers);
    return object;
  };
  const annotated = (name: string, value: string): Fields[] => [
    ...cache,
    marked(app(url), { annotations: { [name]: value } }),
  ];
  judged([
    ['of a store by its scheme', [app(url)], is('warning', 'HOST_IS_ITSELF')],
    [
      'of a port that a Service has',
      [...cache, app({ CACHE_HOST: '127.0.0.1', CACHE_PORT: '6379' })],
      is('warning', 'HOST_IS_ITSELF'),
    ],
    ['of a port that no Service has', [...cache, app({ PLUGIN_URL: 'http://localhost:3300' })], silent],
    [
      'beside an unknown container',
      [...cache, beside({ name: 'proxy', image: 'registry.example.org/proxy:1' })],
      silent,
    ],
    ['in a pod of Istio', annotated('sidecar.istio.io/inject', 'true'), silent],
    ['in a pod of Linkerd', annotated('linkerd.io/inject', 'enabled'), silent],
    ['in a pod of Dapr', annotated('dapr.io/enabled', 'true'), silent],
    ['in a pod of Vault', annotated('vault.hashicorp.com/agent-inject', 'true'), silent],
    ['in a pod on the network of its node', [...cache, app(url, {}, { hostNetwork: true })], silent],
    ['to listen on', [...cache, app({ LISTEN_HOST: 'localhost', LISTEN_PORT: '6379' })], silent],
    ['of its own administration', [...cache, app({ ADMIN_ADDR: '127.0.0.1:6379' })], silent],
    [
      'of its own',
      [...cache, app({ HOST: '127.0.0.1', PORT: '6379' }, { ports: [{ containerPort: 9999 }] })],
      is('warning', 'CONTAINER_PORT'),
    ],
    [
      'by a variable of its image',
      [...cache, app({ GATEWAY_HOST: '127.0.0.1:6379' }, { image: 'example.org/gateway:1' })],
      silent,
    ],
    [
      'of Ollama',
      [
        ...store('llm', 'registry.example.org/llm:1', 11434),
        app({ OLLAMA_HOST: '127.0.0.1:11434' }, { image: 'ollama/ollama:0.5' }),
      ],
      silent,
    ],
  ]);
});

describe('a budget', () => {
  const two = (one: number, other: number): Fields[] =>
    Object.entries({ one, other }).map(([name, replicas]) => {
      const object = marked(deployment(name, {}), { labels: { app: name, part: 'web' } });
      return { ...object, spec: { ...(object['spec'] as Fields), replicas } };
    });
  const budget = (own: Fields): Fields => ({
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: 'web' },
    spec: { selector: { matchLabels: { part: 'web' } }, ...own },
  });
  const blocks = is('warning', 'BUDGET_BLOCKS');
  judged([
    ['of one of two workloads', [...two(1, 1), budget({ minAvailable: 1 })], silent],
    ['of as many as one of them has', [...two(2, 3), budget({ minAvailable: 3 })], silent],
    ['of half', [...two(1, 1), budget({ minAvailable: '50%' })], silent],
    ['of a workload that has none', [...two(0, 0), budget({ minAvailable: 1 })], silent],
    ['of both', [...two(1, 1), budget({ minAvailable: 2 })], blocks],
    ['of a share that is all', [...two(1, 1), budget({ minAvailable: '60%' })], blocks],
    ['of which none may be away', [...two(2, 2), budget({ maxUnavailable: '0%' })], blocks],
  ]);
});

describe('the account of a workload', () => {
  const account = (name: string): Fields => ({
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name },
  });
  const worker = (pod: Fields): Fields => deployment('worker', {}, pod);
  judged([
    ['by its former name', [account('worker'), worker({ serviceAccount: 'worker' })], silent],
    [
      'by both',
      [account('worker'), worker({ serviceAccount: 'worker', serviceAccountName: 'worker' })],
      silent,
    ],
    ['by its name', [account('worker'), worker({ serviceAccountName: 'worker' })], silent],
    ['not at all', [account('worker'), worker({})], is('warning', 'ACCOUNT_UNUSED')],
    [
      'by its former name with a slip',
      [account('other'), worker({ serviceAccount: 'worker' })],
      is('error', 'OBJECT_MISSING'),
    ],
  ]);
});

describe('a Service of a workload without pods', () => {
  const version = (name: string, replicas: number, image: string): Fields => {
    const object = marked(deployment(name, { image }), { labels: { app: name, shop: 'yes' } });
    return { ...object, spec: { ...(object['spec'] as Fields), replicas } };
  };
  const all = (selector: Fields): Fields => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'shop' },
    spec: { selector, ports: [{ port: 80 }] },
  });
  const scaledObject: Fields = {
    apiVersion: 'keda.sh/v1alpha1',
    kind: 'ScaledObject',
    metadata: { name: 'shop' },
    spec: { scaleTargetRef: { name: 'stable' } },
  };
  const stable = version('stable', 2, 'example.org/shop:1');
  const canary = version('canary', 0, 'example.org/shop:2');
  judged([
    ['beside a stable one', [stable, canary, all({ shop: 'yes' })], silent],
    ['of its own, beside a stable one', [stable, canary, service('canary', 80)], silent],
    [
      'that something scales',
      [version('stable', 0, 'example.org/shop:1'), scaledObject, all({ shop: 'yes' })],
      silent,
    ],
    [
      'that is all there is',
      [version('stable', 0, 'example.org/shop:1'), all({ shop: 'yes' })],
      is('warning', 'NO_PODS'),
    ],
    [
      'beside another program',
      [version('stable', 0, 'example.org/shop:1'), deployment('other', {}), all({ shop: 'yes' })],
      is('warning', 'NO_PODS'),
    ],
  ]);
});

describe('what an autoscaler scales', () => {
  const scaler: Fields = {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'shop' },
    spec: { maxReplicas: 3, scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'shop' } },
  };
  judged([
    ['is not known where no workload is here', [scaler], is('unknown', 'OBJECT_MISSING')],
    ['is missing beside others', [scaler, deployment('shops', {})], is('error', 'OBJECT_MISSING')],
    ['is there', [scaler, deployment('shop', {})], silent],
  ]);
});

describe('a shell that is given a file', () => {
  const started = (...command: string[]): Fields[] => [deployment('app', { command })];
  judged([
    ['behind an option', started('/bin/bash', '-e', '/test/setup.sh'), silent],
    ['behind options with a word', started('sh', '-eu', '-o', 'errexit', '/run.sh'), silent],
    ['with an argument that has a space', started('sh', '/run.sh', 'a b'), silent],
    ['a script without -c', started('sh', '-e', 'sleep 5; run'), is('error', 'COMMAND')],
    ['options alone', started('sh', '-c'), is('error', 'COMMAND')],
  ]);
});

describe('two images of one repository in a pod', () => {
  const both = (one: string, other: string): Fields[] => [
    deployment(
      'app',
      { image: `registry.example.org/app:${one}` },
      { initContainers: [{ name: 'prepare', image: `registry.example.org/app:${other}` }] },
    ),
  ];
  judged([
    ['of two versions', both('1.2.0', '1.1.0'), is('warning', 'IMAGE_TAGS')],
    ['of a version and the latest', both('1.2.0', 'latest'), is('warning', 'IMAGE_TAGS')],
    ['of a version and another program', both('1.2.0', 'init-tools'), silent],
  ]);
});

describe('two ports of one name in a pod', () => {
  const pod = (): Fields => {
    const object = structuredClone(
      deployment('app', { ports: [{ name: 'metrics', containerPort: 9100 }] }),
    ) as { spec: { template: { spec: { containers: Fields[] } } } };
    object.spec.template.spec.containers.push({
      ...{ name: 'exporter', image: 'registry.example.org/exporter:1' },
      ports: [{ name: 'metrics', containerPort: 9200 }],
    });
    return object;
  };
  const asking: Fields = {
    ...{ apiVersion: 'v1', kind: 'Service', metadata: { name: 'app' } },
    spec: { selector: { app: 'app' }, ports: [{ port: 9100, targetPort: 'metrics' }] },
  };
  judged([
    ['that nothing asks for by name', [pod()], silent],
    ['that a Service asks for', [asking, pod()], is('warning', 'PORT_TWICE')],
  ]);
});

describe('a TCP probe of another port than clients dial', () => {
  const ports = [
    { name: 'http', containerPort: 9200 },
    { name: 'transport', containerPort: 9300 },
  ];
  const app = deployment('app', { env: env({ SEARCH_URL: 'http://search:9200' }) });
  judged([
    [
      'of a program with two',
      [
        service('search', 9200),
        deployment('search', { ports, livenessProbe: { tcpSocket: { port: 'transport' } } }),
        app,
      ],
      silent,
    ],
  ]);
});

describe('the selector of a Job', () => {
  const uid = '95052288-f609-11e8-aa53-42010a80021b';
  const job = (metadata: Fields): Fields[] => {
    const labels = { 'batch.kubernetes.io/controller-uid': uid };
    const containers = [{ name: 'main', image: 'registry.example.org/own:1' }];
    const spec = { restartPolicy: 'Never', enableServiceLinks: false, containers };
    return [
      {
        ...{ apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'migrate', ...metadata } },
        spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
      },
    ];
  };
  judged([
    ['that Kubernetes made, as a cluster has it', job({ uid }), silent],
    ['that is chosen', job({}), is('error', 'INVALID_FIELD')],
  ]);
});

describe('a port that a headless Service does not serve', () => {
  const dialled = (image: string, clusterIP?: string): Fields[] => [
    {
      ...{ apiVersion: 'v1', kind: 'Service', metadata: { name: 'db' } },
      spec: { selector: { app: 'db' }, ports: [{ port: 9002 }], ...(clusterIP ? { clusterIP } : {}) },
    },
    deployment('db', { image, ports: [{ containerPort: 9002 }] }),
    deployment('app', { env: env({ DATABASE_URL: 'tcp://db:5432' }) }),
  ];
  const own = 'registry.example.org/db:1';
  judged([
    ['may be open in an unknown program', dialled(own, 'None'), is('warning', 'PORT_NOT_SERVED')],
    ['is not open in a known one', dialled('rabbitmq:4', 'None'), is('error', 'PORT_NOT_SERVED')],
    ['is not there where addresses are translated', dialled(own), is('error', 'PORT_NOT_SERVED')],
  ]);
});
