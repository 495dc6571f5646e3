import type { Edge, Resources, ServiceDefinition } from '../../../../../model/stack.ts';
import { flag, host, port, text, whole } from '../../../../../model/variable.ts';
import type { Use } from '../../../../../contract/stores.ts';
import { queuePorts, queueUser } from './queue.ts';

export const workerName = 'worker';
export const workerImage = 'mooring/worker:0.1.0';

const variables = {
  QUEUE_HOST: host({ default: 'localhost', doc: 'where the queue is' }),
  QUEUE_PORT: port({ default: queuePorts.amqp.containerPort, doc: 'its AMQP port' }),
  QUEUE_USER: text({ default: queueUser, doc: 'user' }),
  QUEUE_PASSWORD: text({ secret: true, doc: 'password of that user' }),
  QUEUE_TLS: flag({ default: false, doc: 'whether the queue speaks TLS' }),
  WORKER_CONCURRENCY: whole(1, 100, { default: 4, unit: 'jobs', doc: 'how many jobs run at once' }),
};

/** How it uses its queue. */
export const queueUse: Use<keyof typeof variables> = {
  gate: 'none',
  binds: { host: 'QUEUE_HOST', port: 'QUEUE_PORT', tls: 'QUEUE_TLS', secret: 'QUEUE_PASSWORD' },
  userVariable: 'QUEUE_USER',
};

/** What a stack chooses about the worker. */
export interface WorkerOptions {
  readonly image: string;
  readonly replicas: number;
  readonly resources: Resources;
  readonly edges: readonly Edge[];
}

/** Takes jobs off the queue; listens nowhere. */
export const worker = (options: WorkerOptions): ServiceDefinition => ({
  name: workerName,
  doc: 'takes jobs off the queue',
  kind: 'stateless',
  variables,
  edges: options.edges,
  replicas: options.replicas,
  terminationGraceSeconds: 60,
  container: { image: options.image, user: { uid: 1000, gid: 1000 }, resources: options.resources },
});
