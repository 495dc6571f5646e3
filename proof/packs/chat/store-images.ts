import { neo4jPorts } from '../../../contract/services/neo4j.ts';
import { qdrantPorts } from '../../../contract/services/qdrant.ts';
import { redisPorts } from '../../../contract/services/redis.ts';
import type { WellKnownImage } from '../images/well-known.ts';

const resp = { [redisPorts.redis.containerPort]: 'resp' } as const;

/** The images of the chat's stores, and of what is run in the place of Redis. */
export const storeImages: readonly WellKnownImage[] = [
  { image: /^(redis|valkey\/valkey|redis\/redis-stack(-server)?)$/, speaks: resp },
  { image: /^falkordb\/falkordb$/, speaks: { ...resp, 3000: 'http' } },
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
