import { expect, onTestFinished, test } from 'vitest';
import { storeNames } from '../../contract/services/backend-variables.ts';
import { qdrantName } from '../../contract/services/qdrant.ts';
import { delta, startModelServer } from '../app/llm/sse-server.ts';
import { RealClient } from '../e2e/real-client.ts';
import { startNeo4j } from '../servers/neo4j/neo4j.ts';
import { until } from '../servers/poll.ts';
import { LOOPBACK } from '../servers/ports.ts';
import { startRedis } from '../servers/redis.ts';
import { launchApp } from './app-process.ts';

const PATH = '/ws/chat/patient%3Ademo/session%3A1';

async function launch(env: Readonly<Record<string, string>>) {
  const app = await launchApp(env);
  onTestFinished(app.stop);
  const isReady = async (): Promise<boolean> =>
    (await fetch(`http://${LOOPBACK}:${app.metricsPort}/readyz`)).ok;
  await until('the app to be ready', isReady, 60_000);
  return { ...app, url: `http://${LOOPBACK}:${app.port}` };
}

/** A client that reaches the second process once the first has sent it away, as through a Service. */
const clientOf = (first: string, second: string): RealClient =>
  new RealClient(({ wasSentAway }) => (wasSentAway ? second : first), PATH);

test('after SIGTERM a client is at the next process within 0.3 s, without asking for the status', async () => {
  const env = { EMBEDDED_STORES: storeNames.join(','), SHUTDOWN_CLOSE_SPREAD: '0' };
  const [first, second] = [await launch(env), await launch(env)];
  const client = clientOf(first.url, second.url);
  await client.until('a connection', () => client.connection.state.name === 'connected');
  const asked = client.statusAsked;
  const ended = first.stop();
  await client.until('another connection', () => client.framesOf('welcome').length === 2);
  expect(client.waits).toHaveLength(1);
  expect(client.waits[0]).toBeLessThanOrEqual(300);
  expect(client.statusAsked).toBe(asked);
  client.say('m1', 'I have a cat.');
  await client.until('the answer', () => client.framesOf('done').length === 1);
  await ended;
});

test('an answer that SIGTERM interrupts is made by another replica at once, not when its lease has run out', async () => {
  const [neo4j, redis] = [await startNeo4j(), await startRedis()];
  onTestFinished(async () => {
    await Promise.all([neo4j.stop(), redis.stop()]);
  });
  // The model answers the first question by a word, and then hangs.
  const model = await startModelServer((response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    if (model.received.length === 1) response.write(delta('Half '));
    else response.end(`${delta('Whole.', 'stop')}data: [DONE]\n\n`);
  });
  onTestFinished(() => model.stop());
  const env = {
    EMBEDDED_STORES: qdrantName,
    ...{ NEO4J_HOST: neo4j.host, NEO4J_PORT: String(neo4j.port), NEO4J_PASSWORD: neo4j.password },
    ...{ REDIS_HOST: redis.host, REDIS_PORT: String(redis.port), REDIS_PASSWORD: redis.password },
    ...{ LLM_BASE_URL: model.baseUrl, STORE_TIMEOUT: '20000' },
    ...{ SHUTDOWN_CLOSE_SPREAD: '0', SHUTDOWN_ANSWER_WAIT: '0' },
  };
  const [first, second] = [await launch(env), await launch(env)];
  const client = clientOf(first.url, second.url);
  client.say('m1', 'I have a cat.');
  await client.until('a word', () => client.framesOf('delta').length > 0);
  const toldAt = performance.now();
  const ended = first.stop();
  await client.until('the whole answer', () =>
    [...client.framesOf('done'), ...client.framesOf('answer')].some((frame) =>
      JSON.stringify(frame).includes('Whole.'),
    ),
  );
  // A lease is ten seconds, and the next look for owed answers up to two away.
  expect(performance.now() - toldAt).toBeLessThan(5_000);
  expect(client.framesOf('error')).toEqual([]);
  expect(model.received).toHaveLength(2);
  expect(client.framesOf('delta').map(({ attempt }) => attempt)).toContain(2);
  await ended;
});
