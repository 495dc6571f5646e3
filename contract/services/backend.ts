import type {
  Edge,
  ExternalEdge,
  Ingress,
  Port,
  Resources,
  SecretSource,
  StatelessService,
} from '../../model/stack.ts';
import { dialWord } from '../../model/dial-report.ts';
import { mebibytes } from '../../model/quantity.ts';
import { backendName, backendPorts } from './backend-ports.ts';
import { backendVariables } from './backend-variables.ts';

export const backendImage = 'mooring/backend:0.1.0';

export const httpPaths = {
  healthz: '/healthz',
  readyz: '/readyz',
  metrics: '/metrics',
  config: '/config',
  status: '/api/status',
  context: '/api/patients/:patient/context',
  page: '/chat/:patient',
  chat: '/ws/chat/:patient/:session',
} as const;

/** Under this prefix only ready pods may be reached. */
export const webSocketPrefix = '/ws';

/** What a stack chooses about the backend. Settings and secrets are by variable name. */
export interface BackendOptions {
  readonly image: string;
  readonly replicas: number;
  readonly autoscaling?: StatelessService['autoscaling'];
  readonly resources: Resources;
  readonly nodePort: 'default' | 'none' | number;
  readonly edges: readonly Edge[];
  readonly externals: readonly ExternalEdge[];
  readonly settings: NonNullable<StatelessService['settings']>;
  readonly secrets: Readonly<Record<string, SecretSource>>;
  readonly ownSecrets: Readonly<Record<string, string>>;
  readonly ingress?: Ingress;
}

/** The old generation of V8's heap; the rest is for buffers, the young generation and code. */
const heapShare = 0.7;

/**
 * Node's options. Half of the young generation is kept for copying: the default of 16 MiB and more in each thread is 30 MB of
 * an idle process, and turns take no less time with it (docs/bench/chat.json).
 */
export const nodeOptions = (heapMebibytes: number): string =>
  `--max-old-space-size=${heapMebibytes} --max-semi-space-size=4`;

/** Beyond waiting and closing: the last answers and the stores' goodbyes. */
const graceMarginSeconds = 14;

/** The longest time a shutdown takes, as this stack sets it. */
function graceSeconds(settings: BackendOptions['settings']): number {
  const { SHUTDOWN_ENDPOINT_WAIT, SHUTDOWN_CLOSE_SPREAD, SHUTDOWN_ANSWER_WAIT } = backendVariables;
  const steps = { SHUTDOWN_ENDPOINT_WAIT, SHUTDOWN_CLOSE_SPREAD, SHUTDOWN_ANSWER_WAIT };
  return Object.entries(steps)
    .map(([name, variable]) => Number(settings[name] ?? variable.default))
    .reduce((sum, seconds) => sum + seconds, graceMarginSeconds);
}

/** The chat backend: WebSocket, page, public API and, on a port of its own, operations. */
export const backend = (options: BackendOptions): StatelessService => ({
  name: backendName,
  doc: 'chat backend with long-term memory',
  kind: 'stateless',
  ports: { ...backendPorts, http: exposed(options.nodePort) },
  variables: backendVariables,
  ownPorts: { http: 'HTTP_PORT', metrics: 'METRICS_PORT' },
  report: { port: 'metrics', readyz: httpPaths.readyz, config: httpPaths.config },
  dial: ['node', 'main.js', dialWord],
  settings: {
    HTTP_HOST: '0.0.0.0',
    NODE_OPTIONS: nodeOptions(Math.floor(mebibytes(options.resources.limits.memory) * heapShare)),
    ...options.settings,
  },
  secrets: options.secrets,
  ownSecrets: options.ownSecrets,
  edges: options.edges,
  externals: options.externals,
  replicas: options.replicas,
  ...(options.autoscaling ? { autoscaling: options.autoscaling } : {}),
  terminationGraceSeconds: graceSeconds(options.settings),
  whileUnready: ['http'],
  ...(options.ingress ? { ingress: options.ingress } : {}),
  container: {
    image: options.image,
    user: { uid: 1000, gid: 1000 },
    resources: options.resources,
    smallestMemory: {
      memory: '192Mi',
      because: 'Node, its libraries and its threads take 150 MiB before the first message',
    },
    volumes: [{ kind: 'scratch', name: 'tmp', path: '/tmp', sizeLimit: '64Mi' }],
    probes: {
      startup: { http: { port: 'http', path: httpPaths.healthz }, periodSeconds: 1, failureThreshold: 120 },
      readiness: {
        http: { port: 'metrics', path: httpPaths.readyz },
        periodSeconds: 1,
        failureThreshold: 3,
        timeoutSeconds: 2,
      },
      liveness: {
        http: { port: 'http', path: httpPaths.healthz },
        periodSeconds: 10,
        failureThreshold: 6,
        timeoutSeconds: 5,
      },
    },
  },
});

function exposed(nodePort: BackendOptions['nodePort']): Port {
  const { hostPort, nodePort: usual, ...inside } = backendPorts.http;
  if (nodePort === 'none') return inside;
  return { ...inside, hostPort, nodePort: nodePort === 'default' ? usual : nodePort };
}
