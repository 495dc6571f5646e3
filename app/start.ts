import type { FastifyInstance } from 'fastify';
import type { Env } from '../contract/backend-env.ts';
import { redisName } from '../contract/services/redis.ts';
import { authenticator } from './http/authenticate.ts';
import { Gates } from './readiness/gates.ts';
import { closeServer } from './http/server.ts';
import { operationsServer, publicServer, type HttpParts } from './http/servers.ts';
import { isLoopback } from '../model/loopback.ts';
import { listen, listenHost } from './http/listen.ts';
import { holdDataFolder } from './data-folder.ts';
import { createLogger, type Logger, type LogSink } from './observability/logger.ts';
import { embedderFromEnv } from './meaning/from-env.ts';
import { memoryFromEnv } from './memory/from-env.ts';
import type { Memory, Warn } from './memory/types.ts';
import { errorText } from './observability/error-text.ts';
import { Metrics } from './observability/metrics.ts';
import { Readiness } from './readiness/readiness.ts';
import { SameSite } from './http/same-site.ts';
import { Slots } from './slots.ts';
import { Shutdown, type Ending } from './shutdown.ts';
import { gateRulesOf } from './readiness/store-dials.ts';
import { createRates, createReplicas, createStores } from './stores/create-stores.ts';
import type { PatientRates } from './stores/patient-rates.ts';
import type { Replicas } from './stores/replicas.ts';
import type { Stores } from './stores/types.ts';
import { reportStoreEvents } from './readiness/store-events.ts';
import { reportFailures } from './readiness/report-failures.ts';
import { Answers } from './ws/answers.ts';
import { CatchingUp } from './ws/catching-up.ts';
import { Connections } from './ws/connections.ts';
import { Seats } from './ws/seats.ts';
import { Sessions } from './ws/sessions.ts';
import { Upgrades } from './ws/upgrades.ts';

export interface RunningApp {
  /** Chat, page and public API, without a trailing slash. */
  readonly publicUrl: string;
  /** Operations. */
  readonly metricsUrl: string;
  /** Resolves once every store was open at the same time. */
  ready(): Promise<void>;
  /** The whole graceful shutdown; may be called again. Resolves when every port and store is closed. */
  stop(): Promise<void>;
}

export interface StartOptions {
  /** Receives the log's JSON lines instead of standard output. */
  readonly log?: LogSink;
  /** Warnings about the configuration; logged first. */
  readonly warnings?: readonly string[];
  /** Makes other stores than those of the environment. */
  readonly createStores?: typeof createStores;
}

/**
 * Starts the app: listens at once, dials every store for as long as it runs, and never fails because one is away.
 * @throws ProblemError PORT_BUSY; CONFIG_INVALID when another process uses the folder of the embedded stores.
 */
export async function startApp(env: Env, options: StartOptions = {}): Promise<RunningApp> {
  const log = createLogger(env, options.log);
  for (const warning of options.warnings ?? []) log.warn(warning);
  const letGo = await holdDataFolder(env);
  const core = await createCore(env, log, options.createStores);
  const chat = await createChat(core);
  const servers = await createServers(core, chat);
  try {
    const host = listenHost(env);
    const metricsUrl = await listen(servers.operations, { name: 'metrics', host, number: env.METRICS_PORT });
    const publicUrl = await listen(servers.world, { name: 'http', host, number: env.HTTP_PORT });
    log.info(`Listening on ${publicUrl}; operations on ${metricsUrl}`);
    core.gates.start();
    chat.catchingUp.start();
    chat.sessions.start();
    const stop = (): Promise<void> => {
      const stopped = core.shutdown.run(endingOf(core, chat, servers, letGo));
      core.readiness.changed();
      return stopped;
    };
    return { publicUrl, metricsUrl, ready: () => core.gates.firstReady(), stop };
  } catch (error) {
    await Promise.all([servers.world.close(), servers.operations.close()]);
    letGo();
    throw error;
  }
}

/** The stores, their gates, and the memory on them. */
interface Core {
  readonly env: Env;
  readonly log: Logger;
  readonly stores: Stores;
  readonly gates: Gates;
  readonly memory: Memory;
  readonly metrics: Metrics;
  readonly shutdown: Shutdown;
  readonly readiness: Readiness;
  readonly seats: Seats;
}

async function createCore(env: Env, log: Logger, storesOf = createStores): Promise<Core> {
  const stores = await storesOf(env, { onLost: (name) => gates.lost(name) });
  const gates: Gates = new Gates(gateRulesOf(env, stores));
  const reporting = reportFailures(stores, (name) => gates.suspect(name));
  const modelCalls = new Slots({
    inAll: env.LLM_CALLS,
    perKey: env.LLM_CALLS_PER_PATIENT,
    waitingPerKey: env.LLM_CALLS_WAITING,
  });
  const warn: Warn = (what, error) => log.warn({ reason: errorText(error) }, what);
  const memory = memoryFromEnv(env, reporting, {
    modelCalls,
    embedder: embedderFromEnv(env, { warn }),
    availability: (name) => gates.state(name),
    warn,
  });
  const shutdown = new Shutdown();
  const seats = new Seats({ inAll: env.CHAT_CONNECTIONS, perPatient: env.CHAT_CONNECTIONS_PER_PATIENT });
  const readiness = new Readiness({
    gates: () => gates.list(),
    draining: () => shutdown.draining,
    isFull: () => seats.isFull,
    mode: memory.mode,
    models: () => memory.models(),
    index: () => memory.index(),
    searchesByWordsOnly: () => memory.searchesByWordsOnly(),
  });
  gates.on('changed', () => readiness.changed()).on('failed', () => readiness.changed());
  const metrics = new Metrics(
    () => gates.list(),
    modelCalls,
    () => memory.factReadings(),
  );
  return { env, log, stores, gates, memory, metrics, shutdown, readiness, seats };
}

interface Chat {
  readonly connections: Connections;
  readonly sessions: Sessions;
  readonly replicas: Replicas;
  readonly rates: PatientRates;
  readonly answers: Answers;
  readonly catchingUp: CatchingUp;
}

async function createChat({ env, log, gates, memory, metrics }: Core): Promise<Chat> {
  const connections = new Connections(log, metrics);
  reportStoreEvents(gates, { connections, memory, log, embedded: env.EMBEDDED_STORES ?? [] });
  const replicas = await createReplicas(env);
  const sessions = new Sessions(memory, replicas);
  const answers = new Answers({ memory, sessions, replicas, metrics, log });
  const isOpen = (name: string): boolean => gates.state(name) === 'open';
  const catchingUp = new CatchingUp({ memory, answers, isOpen, log });
  replicas.onOwed(() => catchingUp.hurry());
  const rates = await createRates(env, {
    isOpen: () => isOpen(redisName),
    onFailed: () => gates.suspect(redisName),
  });
  return {
    connections,
    sessions,
    replicas,
    rates,
    answers,
    catchingUp,
  };
}

interface Servers {
  readonly world: FastifyInstance;
  readonly operations: FastifyInstance;
}

async function createServers(core: Core, { connections, sessions, answers, rates }: Chat): Promise<Servers> {
  const { env, log, memory, metrics, shutdown, readiness, seats } = core;
  const onLoopback = isLoopback(listenHost(env));
  const handshakeMs = env.CHAT_HANDSHAKE_TIMEOUT * 1_000;
  const parts: HttpParts = {
    ...{ env, log, memory, metrics, readiness },
    // With logins, something on this machine leads the public here.
    isPrivate: onLoopback && env.AUTH_MODE === 'none',
    draining: () => shutdown.draining,
    requestMs: handshakeMs,
    authenticate: authenticator(env),
    sameSite: new SameSite(onLoopback, env.HTTP_ORIGINS),
  };
  const world = await publicServer(parts);
  const around = {
    ...{ memory, sessions, answers, rates, metrics, log },
    rate: { perSecond: env.CHAT_CONNECTION_RATE, burst: env.CHAT_CONNECTION_BURST },
    times: { heartbeatMs: env.CHAT_HEARTBEAT * 1_000, idleMs: env.CHAT_IDLE_TIMEOUT * 1_000 },
    historyLimit: env.CHAT_HISTORY_LIMIT,
  };
  const rules = { ...parts, refusing: () => shutdown.refusing, seats, handshakeMs };
  new Upgrades(rules, around, connections).attach(world.server);
  return { world, operations: operationsServer(parts) };
}

/** The time clients need to reach another instance after this one refused them. */
const lingerMs = 2_000;

/** On loopback there is no load balancer to wait for. */
function endingOf(
  { env, log, gates, memory, stores }: Core,
  { connections, sessions, replicas, rates, answers, catchingUp }: Chat,
  servers: Servers,
  letGo: () => void,
): Ending {
  const alone = isLoopback(listenHost(env));
  return {
    log,
    endpointWaitMs: alone ? 0 : env.SHUTDOWN_ENDPOINT_WAIT * 1_000,
    lingerMs: alone ? 0 : lingerMs,
    stopCatchingUp: () => catchingUp.stop(),
    drain: () =>
      connections.drain({
        spreadMs: env.SHUTDOWN_CLOSE_SPREAD * 1_000,
        answerMs: env.SHUTDOWN_ANSWER_WAIT * 1_000,
        handOver: (scope) => answers.handOver(scope),
      }),
    answersIdle: () => answers.idle(),
    handOver: () => answers.handOver(),
    close: [
      () => sessions.stop(),
      () => memory.handOver(),
      () => closeServer(servers.world),
      () => closeServer(servers.operations),
      () => gates.stop(),
      () => memory.close(),
      () => replicas.close(),
      () => rates.close(),
      () => stores.record.close(),
      () => stores.index.close(),
      () => stores.cache.close(),
      letGo,
    ],
  };
}
