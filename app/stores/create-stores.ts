import { join } from 'node:path';
import type { Env } from '../../contract/backend-env.ts';
import type { StoreName } from '../../contract/services/backend-variables.ts';
import { neo4jName } from '../../contract/services/neo4j.ts';
import { qdrantName } from '../../contract/services/qdrant.ts';
import { redisName } from '../../contract/services/redis.ts';
import { embedder } from '../llm/embeddings.ts';
import { EmbeddedRecordStore } from './embedded/record-store.ts';
import { EmbeddedSearchIndex } from './embedded/search-index.ts';
import { EmbeddedSessionCache } from './embedded/session-cache.ts';
import { Neo4jRecordStore } from './neo4j/record-store.ts';
import type { Embedder } from './qdrant/embedder.ts';
import { QdrantSearchIndex } from './qdrant/search-index.ts';
import { RedisPatientRates } from './redis/patient-rates.ts';
import { RedisReplicas } from './redis/replicas.ts';
import { RedisSessionCache } from './redis/session-cache.ts';
import { ratesOfOneProcess, type PatientRates } from './patient-rates.ts';
import { alone, type Replicas } from './replicas.ts';
import type { RecordStore, SearchIndex, SessionCache, Stores } from './types.ts';

export interface StoreSurroundings {
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  /** Told when an open connection of Redis or Neo4j closes. Qdrant's client has one for each request. */
  readonly onLost?: (name: StoreName) => void;
}

/** How replicas of this backend reach each other: through Redis, when it is one for all of them. */
export const createReplicas = (env: Env): Replicas =>
  isEmbedded(env, redisName) ? alone : new RedisReplicas(env);

/** How fast patients may send messages, counted by all replicas together where they share a Redis. */
export function createRates(
  env: Env,
  around: { readonly isOpen: () => boolean; readonly onFailed: () => void },
): PatientRates {
  const rate = { perSecond: env.CHAT_PATIENT_RATE, burst: env.CHAT_PATIENT_BURST };
  return isEmbedded(env, redisName) ? ratesOfOneProcess(rate) : new RedisPatientRates(env, rate, around);
}

/** The three stores the environment asks for, each real or embedded. Nothing is dialled or opened yet. */
export function createStores(env: Env, surroundings: StoreSurroundings = {}): Stores {
  return { record: record(env, surroundings), index: index(env), cache: cache(env, surroundings) };
}

const isEmbedded = (env: Env, name: keyof typeof files): boolean =>
  env.EMBEDDED_STORES?.includes(name) ?? false;

const files = { neo4j: 'record.sqlite', qdrant: 'index.sqlite', redis: 'cache.sqlite' } as const;

function record(env: Env, { onLost }: StoreSurroundings): RecordStore {
  return isEmbedded(env, neo4jName)
    ? new EmbeddedRecordStore(join(env.DATA_DIR, files.neo4j))
    : new Neo4jRecordStore(env, () => onLost?.(neo4jName));
}

function index(env: Env): SearchIndex {
  return isEmbedded(env, qdrantName)
    ? new EmbeddedSearchIndex(join(env.DATA_DIR, files.qdrant))
    : new QdrantSearchIndex(env, embedderOf(env));
}

function embedderOf(env: Env): Embedder | undefined {
  if (env.EMBEDDINGS_BASE_URL === undefined) return undefined;
  return embedder({
    baseUrl: env.EMBEDDINGS_BASE_URL,
    model: env.EMBEDDINGS_MODEL,
    apiKey: env.EMBEDDINGS_API_KEY,
    timeout: env.STORE_TIMEOUT,
  });
}

function cache(env: Env, { now = Date.now, onLost }: StoreSurroundings): SessionCache {
  if (!isEmbedded(env, redisName)) return new RedisSessionCache(env, () => onLost?.(redisName));
  return new EmbeddedSessionCache({
    file: join(env.DATA_DIR, files.redis),
    ttl: env.REDIS_SESSION_TTL,
    now,
  });
}
