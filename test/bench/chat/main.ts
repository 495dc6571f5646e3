import { parseArgs } from 'node:util';
import { startNeo4j } from '../../servers/neo4j/neo4j.ts';
import { startRedis } from '../../servers/redis.ts';
import { startBenchedApp } from './app.ts';
import { talk, type Talked } from './talk.ts';

/**
 * Durable turns a second, from message to stored answer, without a model or an embedder: on embedded stores with 50
 * clients, and on Neo4j and Redis with 200. `--root` benches the app of another checkout, `--only` one of the two.
 */
const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    root: { type: 'string', default: '.' },
    seconds: { type: 'string', default: '10' },
    only: { type: 'string' },
  },
});
const seconds = Number(values.seconds);

const embedded = values.only === 'real' ? undefined : await measure({}, 50);
const real = values.only === 'embedded' ? undefined : await measureReal();
const { ackP50Ms, ackP99Ms, loopDelayP99Ms } = embedded ??
  real ?? { ackP50Ms: 0, ackP99Ms: 0, loopDelayP99Ms: 0 };
const figures = {
  turnsPerSecond: { embedded: embedded?.turnsPerSecond, real: real?.turnsPerSecond },
  ...{ ackP50Ms, ackP99Ms, loopDelayP99Ms },
};
console.log(values.json ? JSON.stringify(figures) : figures);
process.exit();

async function measureReal(): Promise<Figures> {
  const [neo4j, redis] = [await startNeo4j(), await startRedis()];
  try {
    const env = {
      EMBEDDED_STORES: 'qdrant',
      // The first statements of a cold database take their time.
      STORE_TIMEOUT: '20000',
      ...{ NEO4J_HOST: neo4j.host, NEO4J_PORT: String(neo4j.port), NEO4J_PASSWORD: neo4j.password },
      ...{ REDIS_HOST: redis.host, REDIS_PORT: String(redis.port), REDIS_PASSWORD: redis.password },
    };
    return await measure(env, 200);
  } finally {
    await Promise.all([neo4j.stop(), redis.stop()]);
  }
}

interface Figures extends Talked {
  readonly loopDelayP99Ms: number;
}

async function measure(env: Readonly<Record<string, string>>, clients: number): Promise<Figures> {
  const app = await startBenchedApp(values.root, env);
  try {
    await talk(app.url, { clients, seconds: 2 });
    const talked = await talk(app.url, { clients, seconds });
    return { ...talked, loopDelayP99Ms: await app.loopDelayP99Ms() };
  } finally {
    await app.stop();
  }
}
