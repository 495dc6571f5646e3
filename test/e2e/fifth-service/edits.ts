import type { Change } from '../broken-copy.ts';

/** After a line of a file of `contract/` that stands there once, more lines. */
const after = (file: string, line: string, ...more: string[]): Change => ({
  file: `contract/${file}`,
  find: line,
  replace: [line, ...more].join('\n'),
});

/**
 * What a fifth service takes beside its own files: a worker, and a queue that only the worker uses. Its group in the
 * document, its presets, its port among those people know, its program, its rotation.
 */
export const edits: readonly Change[] = [
  after(
    'document.ts',
    "  qdrant: store('Qdrant').prefault({}),",
    "  queue: store('RabbitMQ').prefault({}),",
    '  worker: z',
    '    .strictObject({',
    "      image: image.optional().describe('image to run instead of our own'),",
    "      replicas: z.int().min(1).max(100).default(1).describe('how many'),",
    "      resources: resources.optional().describe('requests and limits'),",
    '    })',
    '    .prefault({}),',
  ),
  after(
    'stores.ts',
    "  [qdrantName]: { program: qdrantName, image: qdrantImage, ports: qdrantPorts, port: 'http', run: qdrant },",
    "  [queueName]: { program: 'rabbitmq', image: queueImage, ports: queuePorts, port: 'amqp', run: queue },",
  ),
  after(
    'stores.ts',
    "import { redis, redisImage, redisName, redisPorts } from './services/redis.ts';",
    "import { queue, queueImage, queueName, queuePorts } from './services/queue.ts';",
  ),
  {
    file: 'contract/presets.ts',
    find: "Record<StoreOfStack | 'backend', Resources>",
    replace: "Record<StoreOfStack | 'backend' | 'worker', Resources>",
  },
  ...preset("sized('100m', '128Mi', '512Mi')", "neo4j: '2Gi', qdrant: '2Gi'", ['256Mi', '512Mi', '1Gi']),
  ...preset("sized('250m', '512Mi', '1Gi')", "neo4j: '20Gi', qdrant: '20Gi'", ['512Mi', '1Gi', '5Gi']),
  ...preset("sized('500m', '2Gi', '2Gi')", "neo4j: '50Gi', qdrant: '50Gi'", ['1Gi', '2Gi', '10Gi']),
  after(
    'chat-stack.ts',
    "import { page } from './services/page.ts';",
    "import { queueUse, worker, workerImage, type WorkerOptions } from './services/worker.ts';",
    "import { queueName } from './services/queue.ts';",
  ),
  after(
    'chat-stack.ts',
    '      backend(backendOptions(document, preset)),',
    '      worker(workerOptions(spec, preset)),',
  ),
  {
    file: 'contract/chat-stack.ts',
    find: 'function autoscalingOf(',
    replace: `function workerOptions(spec: ChatStackSpec, preset: PresetValues): WorkerOptions {
  return {
    image: imageOf(workerImage, spec.worker.image, spec),
    replicas: spec.worker.replicas,
    resources: merged(preset.resources.worker, spec.worker.resources),
    edges: [storeEdge(queueName, queueUse, spec)],
  };
}

function autoscalingOf(`,
  },
  after(
    'chat-kind.ts',
    "import { neo4jName } from './services/neo4j.ts';",
    "import { changeQueuePassword } from './services/queue-password.ts';",
    "import { queueName } from './services/queue.ts';",
  ),
  {
    file: 'contract/chat-kind.ts',
    find: '[neo4jName]: changeNeo4jPassword }',
    replace: '[neo4jName]: changeNeo4jPassword, [queueName]: changeQueuePassword }',
  },
  after(
    'known-ports.ts',
    "  { port: 5432, product: 'PostgreSQL', saying: \"PostgreSQL's\" },",
    "  { port: queuePorts.amqp.containerPort, product: 'RabbitMQ', saying: \"RabbitMQ's AMQP port\" },",
  ),
  after(
    'known-ports.ts',
    "import { qdrantPorts } from './services/qdrant.ts';",
    "import { queuePorts } from './services/queue.ts';",
  ),
  after(
    'programs.ts',
    "import { qdrantFacts } from './programs/qdrant.ts';",
    "import { queueFacts } from './programs/queue.ts';",
  ),
  {
    file: 'contract/programs.ts',
    find: 'qdrantFacts, backendFacts]',
    replace: 'qdrantFacts, queueFacts, backendFacts]',
  },
  after(
    'starter-document.ts',
    '  #qdrant: { storage: { size: 20Gi, storageClass: fast } }',
    '  #queue: { storage: { size: 20Gi } }',
    '  #worker: { replicas: 2, resources: { limits: { memory: 512Mi } } }',
  ),
];

/** What one preset gives both, after what it gives Qdrant. */
function preset(resources: string, storage: string, [memory, limit, size]: readonly string[]): Change[] {
  return [
    after(
      'presets.ts',
      `      qdrant: ${resources},`,
      `      queue: sized('100m', '${memory}', '${limit}'),`,
      `      worker: sized('100m', '${memory}', '${limit}'),`,
    ),
    { file: 'contract/presets.ts', find: storage, replace: `${storage}, queue: '${size}'` },
  ];
}
