import { qdrantName } from '../../../contract/services/qdrant.ts';
import { startNeo4j } from '../../servers/neo4j/neo4j.ts';
import { startQdrant } from '../../servers/qdrant/qdrant.ts';
import { startRedis } from '../../servers/redis.ts';

export interface RealStores {
  /** Where the app and its peer find them; the search index stays embedded in each process unless it is shared. */
  readonly env: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/**
 * A Neo4j and a Redis of their own; where two processes follow one another also Qdrant's engine, since an index of each
 * would be filled anew by each.
 */
export async function startRealStores({ sharesIndex = false } = {}): Promise<RealStores> {
  const [neo4j, redis] = [await startNeo4j({ isForLoad: true }), await startRedis()];
  const qdrant = sharesIndex ? await startQdrant() : undefined;
  return {
    env: {
      ...(qdrant === undefined
        ? { EMBEDDED_STORES: qdrantName }
        : { EMBEDDED_STORES: '', QDRANT_HOST: qdrant.host, QDRANT_PORT: String(qdrant.port) }),
      // The first statements of a cold database take their time.
      STORE_TIMEOUT: '20000',
      ...{ NEO4J_HOST: neo4j.host, NEO4J_PORT: String(neo4j.port), NEO4J_PASSWORD: neo4j.password },
      ...{ REDIS_HOST: redis.host, REDIS_PORT: String(redis.port), REDIS_PASSWORD: redis.password },
    },
    stop: async () => {
      await Promise.all([neo4j.stop(), redis.stop(), qdrant?.stop()]);
    },
  };
}
