import {
  choice,
  flag,
  host,
  hs256Key,
  list,
  origins,
  port,
  text,
  token,
  url,
  whole,
  type Variable,
} from '../../model/variable.ts';
import { modelCallLimits } from '../protocol.ts';
import { backendPorts } from './backend-ports.ts';
import { neo4jName, neo4jPorts, neo4jUser } from './neo4j.ts';
import { qdrantName, qdrantPorts } from './qdrant.ts';
import { redisName, redisPorts } from './redis.ts';

/** The stores, by the names gates, logs and `EMBEDDED_STORES` call them. */
export const storeNames = [redisName, neo4jName, qdrantName] as const;
export type StoreName = (typeof storeNames)[number];

const httpVariables = {
  HTTP_HOST: host({ doc: 'address to listen on; unset: loopback with AUTH_MODE=none, else every address' }),
  HTTP_PORT: port({ default: backendPorts.http.containerPort, doc: 'port of chat, page and public API' }),
  METRICS_PORT: port({
    default: backendPorts.metrics.containerPort,
    doc: 'port of /metrics, /config and the detailed /readyz',
  }),
  HTTP_ORIGINS: origins({ doc: 'pages of these origins may use the chat too, beside those of its own host' }),
  LOG_LEVEL: choice(['debug', 'info', 'warn', 'error'], {
    default: 'info',
    doc: 'least severe line that is logged',
  }),
  NODE_OPTIONS: text({
    doc: "read by Node itself; the manifests derive the heap's limit from the memory limit",
  }),
};

const authVariables = {
  AUTH_MODE: choice(['none', 'jwt'], {
    default: 'none',
    doc: 'none: every client is taken for the patient of the path (development only)',
  }),
  AUTH_JWKS_URL: url({ doc: 'keys that verify tokens (RS256, ES256, EdDSA …)' }),
  AUTH_JWT_SECRET: hs256Key({ secret: true, doc: 'shared secret that verifies tokens (HS256)' }),
  AUTH_ISSUER: text({ doc: 'required `iss` of a token' }),
  AUTH_AUDIENCE: text({ doc: 'required `aud` of a token' }),
};

const redisVariables = {
  REDIS_HOST: host({ default: 'localhost', doc: 'where Redis is' }),
  REDIS_PORT: port({ default: redisPorts.redis.containerPort, doc: 'its RESP port' }),
  REDIS_DB: whole(0, 15, { default: 0, doc: 'logical database' }),
  REDIS_SESSION_TTL: whole(1, 31_536_000, {
    default: 86_400,
    unit: 'seconds',
    doc: 'how long a silent session is remembered',
  }),
  REDIS_USERNAME: text({ doc: 'ACL user; unset: the default user' }),
  REDIS_PASSWORD: text({ secret: true, doc: 'password of that user' }),
  REDIS_TLS: flag({ default: false, doc: 'whether Redis speaks TLS' }),
};

const neo4jVariables = {
  NEO4J_HOST: host({ default: 'localhost', doc: 'where Neo4j is' }),
  NEO4J_PORT: port({ default: neo4jPorts.bolt.containerPort, doc: 'its Bolt port' }),
  NEO4J_USER: text({ default: neo4jUser, doc: 'user' }),
  NEO4J_PASSWORD: text({ secret: true, doc: 'password of that user; unset: Neo4j runs without auth' }),
  NEO4J_DATABASE: text({ default: 'neo4j', doc: 'database' }),
  NEO4J_TLS: flag({ default: false, doc: 'whether Bolt speaks TLS' }),
};

const qdrantVariables = {
  QDRANT_HOST: host({ default: 'localhost', doc: 'where Qdrant is' }),
  QDRANT_PORT: port({ default: qdrantPorts.http.containerPort, doc: 'its HTTP port, not the gRPC one' }),
  QDRANT_API_KEY: token({ secret: true, doc: 'API key' }),
  QDRANT_COLLECTION: text({ default: 'memory', doc: 'collection' }),
  QDRANT_TLS: flag({ default: false, doc: 'whether Qdrant speaks TLS' }),
};

const modelVariables = {
  LLM_BASE_URL: url({
    doc: 'an OpenAI-compatible endpoint (ends in /v1); unset: answers quote the memory itself',
  }),
  LLM_MODEL: text({ default: 'default', doc: 'model asked for' }),
  LLM_API_KEY: token({ secret: true, doc: 'bearer token of that endpoint' }),
  LLM_TIMEOUT: whole(1, 600, {
    default: 60,
    unit: 'seconds',
    doc: 'longest silence of the model before the answer fails',
  }),
  LLM_ANSWER_TIMEOUT: whole(1, 3_600, {
    default: 300,
    unit: 'seconds',
    doc: 'longest time for one answer of the model, from the question to its end',
  }),
  LLM_CALLS: whole(1, 1_000, {
    default: modelCallLimits.inAll,
    unit: 'calls',
    doc: 'most calls to the model that are in progress at once, of one process',
  }),
  LLM_CALLS_PER_PATIENT: whole(1, 100, {
    default: modelCallLimits.perKey,
    unit: 'calls',
    doc: 'most of them for one patient',
  }),
  LLM_CALLS_WAITING: whole(0, 1_000, {
    default: modelCallLimits.waitingPerKey,
    unit: 'calls',
    doc: 'most calls that wait for one patient; a further message is answered by the memory itself',
  }),
  LLM_FACTS: flag({
    default: true,
    doc: 'whether the model also reads facts from what patients said, with nearly as many calls again',
  }),
  EMBEDDINGS_BASE_URL: url({
    doc: 'an OpenAI-compatible embeddings endpoint; unset: the models of MODEL_DIR',
  }),
  EMBEDDINGS_MODEL: text({ default: 'default', doc: 'embedding model' }),
  EMBEDDINGS_API_KEY: token({ secret: true, doc: 'bearer token of that endpoint' }),
};

const chatVariables = {
  CHAT_HISTORY_LIMIT: whole(0, 1_000, {
    default: 50,
    unit: 'messages',
    doc: 'how many past messages a connection is shown',
  }),
  CHAT_RECALL_LIMIT: whole(1, 50, { default: 8, unit: 'facts', doc: 'how many facts an answer may use' }),
  CHAT_HEARTBEAT: whole(1, 300, {
    default: 20,
    unit: 'seconds',
    doc: 'how often a silent connection is pinged',
  }),
  CHAT_IDLE_TIMEOUT: whole(1, 86_400, {
    default: 3_600,
    unit: 'seconds',
    doc: 'after so long without a frame either way a connection is closed; pings of the WebSocket protocol are none',
  }),
  CHAT_HANDSHAKE_TIMEOUT: whole(1, 60, {
    default: 10,
    unit: 'seconds',
    doc: 'longest time for the headers of a request, and again until a handshake is accepted or refused',
  }),
  CHAT_CONNECTIONS: whole(1, 1_000_000, {
    default: 20_000,
    unit: 'connections',
    doc: 'most open connections of one process',
  }),
  CHAT_CONNECTIONS_PER_PATIENT: whole(1, 1_000_000, {
    default: 50,
    unit: 'connections',
    doc: 'most of them of one patient',
  }),
  CHAT_CONNECTION_RATE: whole(1, 1_000_000, {
    default: 20,
    unit: 'frames per second',
    doc: 'how fast a connection may send in the long run; a message beyond it is not stored, and sent again later',
  }),
  CHAT_CONNECTION_BURST: whole(1, 1_000_000, {
    default: 100,
    unit: 'frames',
    doc: 'how many it may send at once',
  }),
  CHAT_PATIENT_RATE: whole(1, 1_000_000, {
    default: 10,
    unit: 'messages per second',
    doc: 'how fast a patient may send messages in the long run, over all connections and replicas',
  }),
  CHAT_PATIENT_BURST: whole(1, 1_000_000, {
    default: 100,
    unit: 'messages',
    doc: 'how many messages a patient may send at once',
  }),
  STORE_TIMEOUT: whole(50, 60_000, {
    default: 2_000,
    unit: 'milliseconds',
    doc: 'longest wait for one store command',
  }),
  SHUTDOWN_ENDPOINT_WAIT: whole(0, 300, {
    default: 5,
    unit: 'seconds',
    doc: 'how long an unready pod still serves, until balancers know',
  }),
  SHUTDOWN_ANSWER_WAIT: whole(0, 300, {
    default: 6,
    unit: 'seconds',
    doc: 'longest time a connection that is told so waits for its answers; the rest is handed over to another process',
  }),
  SHUTDOWN_CLOSE_SPREAD: whole(0, 300, {
    default: 5,
    unit: 'seconds',
    doc: 'longest time over which connections are told to reconnect elsewhere, a hundred a second at least',
  }),
};

const localVariables = {
  EMBEDDED_STORES: list(storeNames, {
    local: true,
    doc: 'stores the app serves itself (record and index: SQLite in DATA_DIR; cache: memory) instead of a server',
  }),
  DATA_DIR: text({ local: true, default: '.mooring/chat', doc: 'folder of the embedded stores' }),
  MODEL_DIR: text({
    local: true,
    doc: 'folder of the embedding models (`npm run models`); the image has them; without, search is by words alone',
  }),
};

/** Every variable the app reads. `model/env.ts` derives the app's schema from it, the manifests their values. */
export const backendVariables = {
  ...httpVariables,
  ...authVariables,
  ...redisVariables,
  ...neo4jVariables,
  ...qdrantVariables,
  ...modelVariables,
  ...chatVariables,
  ...localVariables,
} satisfies Record<string, Variable>;
