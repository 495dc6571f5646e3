import { z } from 'zod';
import { defineKind } from '../../model/define-kind.ts';
import { defineStack } from '../../model/define-stack.ts';
import type { ProgramPack } from '../../model/pack.ts';
import type { ProgramFacts } from '../../model/program.ts';
import type { Container } from '../../model/stack.ts';
import { choice, host, port, text } from '../../model/variable.ts';

/** A kind that no room knows: a shop's web server, a worker without ports, and the queue that only they use. */

const name = z
  .string()
  .max(40)
  .regex(/^[a-z]([-a-z0-9]*[a-z0-9])?$/);
const image = z.string().min(1).max(512);

const schema = z.strictObject({
  apiVersion: z
    .literal('example.com/v1alpha1')
    .default('example.com/v1alpha1')
    .describe('version of this form'),
  kind: z.literal('ShopStack').default('ShopStack').describe('what this document is'),
  metadata: z
    .strictObject({
      name: name.default('shop').describe('prefix of every object'),
      namespace: name.default('shop').describe('namespace of every object'),
    })
    .prefault({}),
  spec: z
    .strictObject({
      preset: z.enum(['small', 'large']).default('small').describe('sizes'),
      web: z
        .strictObject({
          image: image.default('example.com/shop/web:1').describe('image of the web server'),
          replicas: z.int().min(1).max(20).default(1).describe('how many'),
          currency: z.enum(['EUR', 'USD']).default('EUR').describe('what prices are shown in'),
        })
        .prefault({}),
      queue: z
        .strictObject({
          image: image.default('example.com/mirror/rabbitmq:4').describe('image of the queue'),
          size: z
            .string()
            .max(16)
            .regex(/^[1-9][0-9]*Gi$/)
            .default('1Gi')
            .describe('its volume'),
        })
        .prefault({}),
      orders: z
        .strictObject({
          image: image.default('example.com/shop/worker:1').describe('image of the worker'),
        })
        .prefault({}),
    })
    .prefault({}),
});
export type ShopStack = z.infer<typeof schema>;

const memory = { small: '128Mi', large: '1Gi' } as const;

const container = (image: string, limit: string, rest: Partial<Container> = {}): Container => ({
  image,
  user: { uid: 1000, gid: 1000 },
  resources: { requests: { cpu: '10m', memory: limit }, limits: { memory: limit } },
  ...rest,
});

/** RabbitMQ speaks none of the protocols Mooring has a client for, so it is only connected to. */
const queueFacts: ProgramFacts = {
  name: 'rabbitmq',
  product: 'RabbitMQ',
  dial: { amqp: { protocol: 'tcp' } },
  image: 'rabbitmq',
  told: () => ({}),
  speaksTls: () => false,
  executables: ['rabbitmq-server', 'docker-entrypoint.sh'],
};

const queueVariables = {
  QUEUE_HOST: host({ doc: 'where the queue is' }),
  QUEUE_PORT: port({ default: 5672, doc: 'its AMQP port' }),
  QUEUE_PASSWORD: text({ secret: true, doc: 'its password' }),
};

/** What shops run beside their stack: a printer of labels, in images of their own. */
const printer: ProgramPack = {
  servers: [{ names: ['label-printer'], port: ['--port'], host: ['--host'], usual: { port: 9100 } }],
};

/** What the web server reads. */
export const webVariables = {
  ...queueVariables,
  SHOP_CURRENCY: choice(['EUR', 'USD'], { default: 'EUR', doc: 'what prices are shown in' }),
};

const toQueue = {
  to: 'queue',
  port: 'amqp',
  gate: 'hard',
  binds: { host: 'QUEUE_HOST', port: 'QUEUE_PORT', secrets: { password: 'QUEUE_PASSWORD' } },
} as const;

export const shopKind = defineKind<ShopStack>({
  apiVersion: 'example.com/v1alpha1',
  kind: 'ShopStack',
  plural: 'shopstacks',
  shortNames: ['shop'],
  columns: [],
  schema,
  presets: ['small', 'large'],
  starter: ({ name, namespace, preset }) =>
    `apiVersion: example.com/v1alpha1\nkind: ShopStack\nmetadata:\n  name: ${name}\n  namespace: ${namespace}\nspec:\n  preset: ${preset}\n`,
  stack: ({ metadata, spec }) =>
    defineStack({
      ...metadata,
      services: [
        {
          ...{ name: 'queue', doc: 'orders that wait', kind: 'stateful', terminationGraceSeconds: 30 },
          ports: { amqp: { containerPort: 5672, doc: 'AMQP' } },
          program: 'rabbitmq',
          variables: { RABBITMQ_DEFAULT_PASS: text({ secret: true, doc: 'password of the default user' }) },
          secrets: { password: { doc: 'password of the queue' } },
          ownSecrets: { password: 'RABBITMQ_DEFAULT_PASS' },
          container: container(spec.queue.image, memory[spec.preset], {
            volumes: [{ kind: 'persistent', name: 'data', path: '/var/lib/rabbitmq', size: spec.queue.size }],
          }),
        },
        {
          ...{ name: 'web', doc: 'the shop', kind: 'stateless', terminationGraceSeconds: 30 },
          replicas: spec.web.replicas,
          ports: { http: { containerPort: 8080, doc: 'the shop', from: ['world'] } },
          report: { port: 'http', readyz: '/ready', config: '/environment' },
          variables: webVariables,
          settings: { SHOP_CURRENCY: spec.web.currency },
          edges: [toQueue],
          container: container(spec.web.image, memory[spec.preset]),
        },
        {
          ...{ name: 'worker', doc: 'sends orders', kind: 'stateless', terminationGraceSeconds: 30 },
          replicas: 1,
          variables: queueVariables,
          edges: [toQueue],
          container: container(spec.orders.image, memory[spec.preset]),
        },
      ],
    }),
  programs: [queueFacts],
  packs: [printer],
  knownPorts: [{ port: 5672, product: 'RabbitMQ', saying: "RabbitMQ's AMQP port" }],
});
