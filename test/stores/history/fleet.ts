import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EmbeddedSearchIndex } from '../../../app/stores/embedded/search-index.ts';
import type { RecordStore } from '../../../app/stores/types.ts';
import { qdrantName } from '../../../contract/services/qdrant.ts';
import { startProxy, type Proxy } from '../../faults/proxy.ts';
import { freePort, LOOPBACK } from '../../servers/ports.ts';
import { startRedis, type RedisServer } from '../../servers/redis.ts';
import { startTellingModel } from './model.ts';
import type { Proxied } from './plan.ts';
import { startEmbeddedRecord, startNeo4jRecord, type Between } from './record-server.ts';
import { serveStore } from './remote-stores.ts';
import { ReplicaProcess } from './replica-process.ts';

/** Two replicas of the app on stores that they share, each store behind a proxy. */
export interface Fleet {
  readonly replicas: readonly ReplicaProcess[];
  readonly proxies: Readonly<Record<Proxied, Proxy>>;
  /** The record, past every fault. */
  readonly record: RecordStore;
  /** Ends Redis and starts it again, with what it had or empty. */
  restartRedis(keepsData: boolean): Promise<void>;
  /** Kills Neo4j and starts it again; does nothing where the record is embedded. */
  crashRecord(): Promise<void>;
  /** Tells of each replica that ends from now on, and of its log where nobody ended it. */
  onEnded(told: (line: string, crash?: string) => void): void;
  stop(): Promise<void>;
}

interface FleetOptions {
  readonly between?: Between;
  /** Whether the record is a Neo4j; else it is embedded. */
  readonly onNeo4j?: boolean;
}

export async function startFleet({ between = honest, onNeo4j = false }: FleetOptions = {}): Promise<Fleet> {
  const folder = await mkdtemp(join(tmpdir(), 'mooring-history-'));
  const redis = await startKeptRedis(folder);
  const recordServer = await (onNeo4j ? startNeo4jRecord(folder) : startEmbeddedRecord(folder, between));
  const servedIndex = await serveStore(new EmbeddedSearchIndex(join(folder, 'index.sqlite')));
  const model = await startTellingModel();
  const proxies = {
    record: await startProxy({ host: LOOPBACK, port: recordServer.port }),
    index: await startProxy({ host: LOOPBACK, port: servedIndex.port }),
    redis: await startProxy({ host: LOOPBACK, port: redis.port }),
  };
  const { args, env, embedded } = recordServer.reachedAt(proxies.record.port);
  let told: (line: string, crash?: string) => void = () => undefined;
  const replicas = await Promise.all(
    ['A', 'B'].map(
      async (name) =>
        new ReplicaProcess({
          folder,
          port: await freePort(),
          metricsPort: await freePort(),
          args: [...args, '--index', String(proxies.index.port)],
          ended: (how, crash) => told(`replica ${name} ended: ${how}`, crash),
          env: {
            ...tuning,
            ...env,
            EMBEDDED_STORES: [...embedded, qdrantName].join(','),
            DATA_DIR: join(folder, name),
            REDIS_HOST: LOOPBACK,
            REDIS_PORT: String(proxies.redis.port),
            LLM_BASE_URL: model.baseUrl,
          },
        }),
    ),
  );
  const stop = async (): Promise<void> => {
    await Promise.all(replicas.map((replica) => replica.stop()));
    await Promise.all(Object.values(proxies).map((proxy) => proxy.stop()));
    await Promise.all([recordServer.stop(), servedIndex.stop(), redis.stop(), model.stop()]);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await Promise.all(replicas.map((replica) => replica.ready()));
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    ...{ replicas, proxies, stop },
    record: recordServer.record,
    restartRedis: (keepsData) => redis.restart(keepsData),
    crashRecord: () => recordServer.crash(),
    onEnded: (listener) => (told = listener),
  };
}

const honest: Between = (record) => record;

/** Times short enough for a test, and limits that its clients do reach. */
const tuning = {
  STORE_TIMEOUT: '1000',
  LLM_TIMEOUT: '1',
  LLM_CALLS_PER_PATIENT: '16',
  LLM_CALLS_WAITING: '100',
  CHAT_HANDSHAKE_TIMEOUT: '5',
  CHAT_HISTORY_LIMIT: '1000',
  CHAT_PATIENT_RATE: '50',
  CHAT_PATIENT_BURST: '10',
  SHUTDOWN_CLOSE_SPREAD: '0',
  SHUTDOWN_ENDPOINT_WAIT: '0',
  SHUTDOWN_ANSWER_WAIT: '0',
  LOG_LEVEL: 'warn',
};

/** A Redis that is started again on the same port. */
async function startKeptRedis(folder: string) {
  const port = await freePort();
  let life = 0;
  let running: RedisServer = await start();
  function start(): Promise<RedisServer> {
    return startRedis({ port, folder: join(folder, `redis-${life}`) });
  }
  let restarting = Promise.resolve();
  const again = async (keepsData: boolean): Promise<void> => {
    await running.stop();
    if (!keepsData) life += 1;
    running = await start();
  };
  return {
    port,
    restart: (keepsData: boolean) => (restarting = restarting.then(() => again(keepsData))),
    stop: async () => {
      await restarting;
      await running.stop();
    },
  };
}
