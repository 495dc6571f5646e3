import { defineKind, defineStack, type Edge, type Probe } from 'mooring';
import * as chat from 'mooring/chat';
import { host, port, text, whole } from 'mooring/env';
import { z } from 'zod';

// The document: what people write, in a file or for the operator in the cluster. Every field has a default.
const name = z
  .string()
  .max(40)
  .regex(/^[a-z]([-a-z0-9]*[a-z0-9])?$/)
  .default('chat');
const image = (usual: string) => z.string().min(1).max(512).default(usual);
const schema = z.strictObject({
  apiVersion: z.literal('example.com/v1alpha1').default('example.com/v1alpha1'),
  kind: z.literal('MemoryChat').default('MemoryChat'),
  metadata: z.strictObject({ name, namespace: name }).prefault({}),
  spec: z
    .strictObject({
      replicas: z.int().min(1).max(20).default(1).describe('pods of the backend'),
      images: z
        .strictObject({
          backend: image('example.com/fastapi-chat:1'),
          redis: image(chat.redisImage),
          neo4j: image(chat.neo4jImage),
          qdrant: image(chat.qdrantImage),
        })
        .prefault({}),
    })
    .prefault({}),
});
type MemoryChat = z.infer<typeof schema>;

const withMemory = (limit: string, image: string) => ({
  image,
  resources: { requests: { cpu: '50m', memory: limit }, limits: { memory: limit } },
});
const storage = { size: '1Gi' };

/** The stores, with volumes, passwords and probes. Each knows its own ports. */
const stores = ({ spec: { images } }: MemoryChat) => [
  chat.redis({ ...withMemory('128Mi', images.redis), storage }),
  chat.neo4j({ ...withMemory('1Gi', images.neo4j), storage }),
  chat.qdrant({ ...withMemory('256Mi', images.qdrant), storage }),
];

/** Every variable that the app reads; `npx mooring env python` writes app/settings.py from them. */
const variables = {
  HTTP_PORT: port({ default: 8000, doc: 'where the app listens' }),
  REDIS_HOST: host({ default: 'localhost', doc: 'the sessions' }),
  REDIS_PORT: port({ default: chat.redisPorts.redis.containerPort, doc: 'its port' }),
  REDIS_PASSWORD: text({ secret: true, doc: 'its password' }),
  NEO4J_HOST: host({ default: 'localhost', doc: 'the record of every message' }),
  NEO4J_PORT: port({ default: chat.neo4jPorts.bolt.containerPort, doc: 'its Bolt port' }),
  NEO4J_USER: text({ default: 'neo4j', doc: 'who logs in there' }),
  NEO4J_PASSWORD: text({ secret: true, doc: 'the password' }),
  QDRANT_HOST: host({ default: 'localhost', doc: 'the search index' }),
  QDRANT_PORT: port({ default: chat.qdrantPorts.http.containerPort, doc: 'its REST port' }),
  QDRANT_API_KEY: text({ secret: true, doc: 'its key' }),
  SESSION_TTL: whole(60, 2_592_000, {
    default: 86_400,
    unit: 'seconds',
    doc: 'how long Redis keeps a session',
  }),
};

/** Whom the app dials. `hard`: never ready without it. `first`: needed once, afterwards only degraded. */
const edges: Edge[] = [
  {
    ...{ to: 'redis', port: 'redis', gate: 'hard' },
    binds: { host: 'REDIS_HOST', port: 'REDIS_PORT', secrets: { password: 'REDIS_PASSWORD' } },
  },
  {
    ...{ to: 'neo4j', port: 'bolt', gate: 'hard', userVariable: 'NEO4J_USER' },
    binds: { host: 'NEO4J_HOST', port: 'NEO4J_PORT', secrets: { password: 'NEO4J_PASSWORD' } },
  },
  {
    ...{ to: 'qdrant', port: 'http', gate: 'first' },
    binds: { host: 'QDRANT_HOST', port: 'QDRANT_PORT', secrets: { password: 'QDRANT_API_KEY' } },
  },
];

const asked = (path: string): Probe => ({
  http: { port: 'http', path },
  periodSeconds: 5,
  failureThreshold: 3,
});

export default defineKind<MemoryChat>({
  ...{ apiVersion: 'example.com/v1alpha1', kind: 'MemoryChat', plural: 'memorychats', shortNames: ['mchat'] },
  ...{ schema, columns: [], presets: [] },
  starter: ({ name, namespace }) =>
    `apiVersion: example.com/v1alpha1\nkind: MemoryChat\nmetadata: { name: ${name}, namespace: ${namespace} }\nspec:\n  replicas: 1\n`,
  // What is known of the stores' programs, and of the ports that people mistake for theirs.
  ...{ programs: chat.chatKind.programs, knownPorts: chat.chatKind.knownPorts },
  stack: (document) =>
    defineStack({
      ...document.metadata,
      services: [
        ...stores(document),
        {
          ...{ name: 'backend', doc: 'the FastAPI app', kind: 'stateless', terminationGraceSeconds: 30 },
          replicas: document.spec.replicas,
          ports: {
            http: { containerPort: variables.HTTP_PORT.default, doc: 'HTTP and WebSocket', from: ['world'] },
          },
          ...{ variables, ownPorts: { http: 'HTTP_PORT' }, edges },
          // Where the process says what it reaches, and with which environment it runs.
          report: { port: 'http', readyz: '/readyz', config: '/config' },
          container: {
            ...withMemory('192Mi', document.spec.images.backend),
            user: { uid: 1000, gid: 1000 },
            probes: { readiness: asked('/readyz'), liveness: asked('/healthz') },
          },
        },
      ],
    }),
});
