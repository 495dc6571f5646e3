import type { Port, StatefulService } from '../../../../../model/stack.ts';
import { mebibytes } from '../../../../../model/quantity.ts';
import { matching, text } from '../../../../../model/variable.ts';
import {
  storeGraceSeconds,
  storeSecret,
  storeSecretRule,
  type StoreOptions,
} from '../../../../../contract/services/store.ts';

export const queueName = 'queue';
export const queueImage = 'rabbitmq:4.1.4-management';
export const queueUser = 'worker';

export const queuePorts = {
  amqp: { containerPort: 5672, doc: 'AMQP, with user and password' },
  management: { containerPort: 15_672, doc: 'HTTP API; rotation asks it through the API server' },
} as const satisfies Record<string, Port>;

const dataPath = '/var/lib/rabbitmq';
const configPath = '/etc/mooring/rabbitmq.conf';

/** The Erlang machine itself needs the rest. */
const watermarkShare = 0.6;

const configuration = ({ resources }: StoreOptions): string =>
  [
    `listeners.tcp.default = ${queuePorts.amqp.containerPort}`,
    `management.tcp.port = ${queuePorts.management.containerPort}`,
    `vm_memory_high_watermark.absolute = ${Math.floor(mebibytes(resources.limits.memory) * watermarkShare)}MB`,
    '',
  ].join('\n');

const amqp = { tcp: { port: 'amqp' } };

/** Jobs that wait for a worker. */
export const queue = (options: StoreOptions): StatefulService => ({
  name: queueName,
  doc: 'jobs that wait for a worker',
  kind: 'stateful',
  ports: queuePorts,
  variables: {
    RABBITMQ_DEFAULT_USER: text({ doc: 'the user an empty volume begins with' }),
    RABBITMQ_DEFAULT_PASS: matching(storeSecretRule.pattern, {
      secret: true,
      expected: storeSecretRule.expected,
      doc: 'the password of that user; acts only on an empty volume',
    }),
    RABBITMQ_CONFIG_FILE: text({ doc: 'where its configuration is' }),
    RABBITMQ_MNESIA_BASE: text({ doc: 'where queues are kept' }),
  },
  settings: {
    RABBITMQ_DEFAULT_USER: queueUser,
    RABBITMQ_CONFIG_FILE: configPath,
    RABBITMQ_MNESIA_BASE: `${dataPath}/mnesia`,
  },
  secrets: { [storeSecret]: { doc: `password of the RabbitMQ user ${queueUser}` } },
  ownSecrets: { [storeSecret]: 'RABBITMQ_DEFAULT_PASS' },
  terminationGraceSeconds: storeGraceSeconds,
  container: {
    image: options.image,
    user: { uid: 999, gid: 999 },
    resources: options.resources,
    smallestMemory: { memory: '128Mi', because: 'the Erlang machine takes 100 MiB before the first queue' },
    files: { [configPath]: configuration(options) },
    volumes: [
      { kind: 'persistent', name: 'data', path: dataPath, ...options.storage },
      { kind: 'scratch', name: 'tmp', path: '/tmp', sizeLimit: '64Mi' },
    ],
    probes: {
      startup: { ...amqp, periodSeconds: 2, failureThreshold: 150, timeoutSeconds: 5 },
      readiness: { ...amqp, periodSeconds: 5, failureThreshold: 3, timeoutSeconds: 5 },
      liveness: { ...amqp, periodSeconds: 10, failureThreshold: 6, timeoutSeconds: 5 },
    },
  },
});
