import type { Env } from '../contract/backend-env.ts';
import type { StoreName } from '../contract/services/backend-variables.ts';

/** Where an environment says a store is, and what it shows there. */
export interface Target {
  readonly service: StoreName;
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
  readonly user?: string | undefined;
  readonly secret?: string | undefined;
}

/** Where the environment says each store is. */
export function targetOf(env: Env, service: StoreName): Target {
  const targets: Record<StoreName, Omit<Target, 'service'>> = {
    redis: {
      ...{ host: env.REDIS_HOST, port: env.REDIS_PORT, tls: env.REDIS_TLS },
      ...{ user: env.REDIS_USERNAME, secret: env.REDIS_PASSWORD },
    },
    neo4j: {
      ...{ host: env.NEO4J_HOST, port: env.NEO4J_PORT, tls: env.NEO4J_TLS },
      ...{ user: env.NEO4J_USER, secret: env.NEO4J_PASSWORD },
    },
    qdrant: {
      ...{ host: env.QDRANT_HOST, port: env.QDRANT_PORT, tls: env.QDRANT_TLS },
      secret: env.QDRANT_API_KEY,
    },
  };
  return { service, ...targets[service] };
}
