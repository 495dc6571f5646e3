import type { ImageFacts } from '../../../model/pack.ts';
import { neo4jPorts } from '../../../contract/services/neo4j.ts';
import { qdrantPorts } from '../../../contract/services/qdrant.ts';
import { redisName, redisPorts } from '../../../contract/services/redis.ts';
import type { Pack } from '../../checks/subject.ts';
import { boundTo, passwordOf, redisServers } from '../redis/listening.ts';

const bolt = { speaks: 'bolt', port: neo4jPorts.bolt.containerPort } as const;
const resp = { speaks: 'resp', port: redisPorts.redis.containerPort } as const;

export const storeSchemes: NonNullable<Pack['schemes']> = {
  ...{ bolt, neo4j: bolt },
  ...{ redis: { ...resp, tls: false }, rediss: { ...resp, tls: true }, valkey: resp },
};

export const storeClients: NonNullable<Pack['clients']> = [
  {
    names: ['redis-cli', 'valkey-cli'],
    ...{ host: ['-h'], port: ['-p'], usual: resp.port, scheme: redisName },
  },
];

/** The images of the chat's stores, and of what is run in the place of Redis. */
export const storeImages: readonly ImageFacts[] = [
  {
    image: /^(redis|valkey\/valkey|redis\/redis-stack(-server)?)$/,
    ...{ speaks: { [resp.port]: 'resp' }, listens: boundTo(resp.port), user: 0 },
    password: passwordOf,
    servers: redisServers,
  },
  {
    image: /^neo4j$/,
    speaks: {
      [neo4jPorts.bolt.containerPort]: 'bolt',
      [neo4jPorts.http.containerPort]: 'http',
      ...{ 7473: 'http', 2004: 'http' },
    },
    prefix: () => 'NEO4J_',
    lenient: /strict_+validation[._]enabled["']?\s*[=:]\s*["']?false/,
  },
  {
    image: /^qdrant\/qdrant$/,
    speaks: { [qdrantPorts.http.containerPort]: 'http', [qdrantPorts.grpc.containerPort]: 'grpc' },
  },
];
