import { join } from 'node:path';
import type { Env } from '../../contract/backend-env.ts';
import type { StoreName } from '../../contract/services/backend-variables.ts';
import { neo4jName } from '../../contract/services/neo4j.ts';
import { qdrantName } from '../../contract/services/qdrant.ts';
import { redisName } from '../../contract/services/redis.ts';
import { EmbeddedRecordStore } from './embedded/record-store.ts';
import { EmbeddedSearchIndex } from './embedded/search-index.ts';
import { EmbeddedSessionCache } from './embedded/session-cache.ts';
import { ratesOfOneProcess, type PatientRates } from './patient-rates.ts';
import { alone, type Replicas } from './replicas.ts';
import type { RecordStore, SearchIndex, SessionCache, Stores } from './types.ts';

// A real store's client is loaded when it is used: the three together are 70 MB of a process on embedded stores.

export interface StoreSurroundings {
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  /** Told when an open connection of Redis or Neo4j closes. Qdrant's client has one for each request. */
  readonly onLost?: (name: StoreName) => void;
}

/** How replicas of this backend reach each other: through Redis, when it is one for all of them. */
export async function createReplicas(env: Env): Promise<Replicas> {
  if (isEmbedded(env, redisName)) return alone;
  const { RedisReplicas } = await import('./redis/replicas.ts');
  return new RedisReplicas(env);
}

/** How fast patients may send messages, counted by all replicas together where they share a Redis. */
export async function createRates(
  env: Env,
  around: { readonly isOpen: () => boolean; readonly onFailed: () => void },
): Promise<PatientRates> {
  const rate = { perSecond: env.CHAT_PATIENT_RATE, burst: env.CHAT_PATIENT_BURST };
  if (isEmbedded(env, redisName)) return ratesOfOneProcess(rate);
  const { RedisPatientRates } = await import('./redis/patient-rates.ts');
  return new RedisPatientRates(env, rate, around);
}

/** The three stores the environment asks for, each real or embedded. Nothing is dialled or opened yet. */
export async function createStores(env: Env, surroundings: StoreSurroundings = {}): Promise<Stores> {
  return {
    record: await record(env, surroundings),
    index: await index(env),
    cache: await cache(env, surroundings),
  };
}

const isEmbedded = (env: Env, name: StoreName): boolean => env.EMBEDDED_STORES?.includes(name) ?? false;

async function record(env: Env, { onLost }: StoreSurroundings): Promise<RecordStore> {
  if (isEmbedded(env, neo4jName)) return new EmbeddedRecordStore(join(env.DATA_DIR, 'record.sqlite'));
  const { Neo4jRecordStore } = await import('./neo4j/record-store.ts');
  return new Neo4jRecordStore(env, () => onLost?.(neo4jName));
}

async function index(env: Env): Promise<SearchIndex> {
  if (isEmbedded(env, qdrantName)) return new EmbeddedSearchIndex(join(env.DATA_DIR, 'index.sqlite'));
  const { QdrantSearchIndex } = await import('./qdrant/search-index.ts');
  return new QdrantSearchIndex(env);
}

async function cache(env: Env, { now = Date.now, onLost }: StoreSurroundings): Promise<SessionCache> {
  if (isEmbedded(env, redisName)) return new EmbeddedSessionCache({ ttl: env.REDIS_SESSION_TTL, now });
  const { RedisSessionCache } = await import('./redis/session-cache.ts');
  return new RedisSessionCache(env, () => onLost?.(redisName));
}
