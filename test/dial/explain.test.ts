import { expect, onTestFinished, test, type TestContext } from 'vitest';
import { knownPorts } from '../../contract/known-ports.ts';
import { neo4jName } from '../../contract/services/neo4j.ts';
import { qdrantName } from '../../contract/services/qdrant.ts';
import { redisName } from '../../contract/services/redis.ts';
import { explain, type Failure } from '../../dial/explain.ts';
import type { Target } from '../../dial/target.ts';
import { freePort, isPortOpen, LOOPBACK } from '../servers/ports.ts';
import { chatTarget } from './chat-target.ts';
import { bolt, http, resp, speaking, type Speaker } from './servers.ts';

interface Case extends Partial<Pick<Target, 'service' | 'host' | 'port' | 'tls'>> {
  readonly error?: Error;
  readonly timeoutMs?: number;
}

const failure = ({ error, timeoutMs, service = redisName, ...at }: Case): Failure => ({
  target: chatTarget(service, { host: LOOPBACK, port: 1, ...at }),
  error: error ?? new Error('connect ECONNREFUSED'),
  // What is to be found is found at once; the limit is for a machine that is busy with something else.
  timeoutMs: timeoutMs ?? 20_000,
  knownPorts,
});

async function port(speaker: Speaker, options: { tls?: boolean } = {}): Promise<number> {
  const server = await speaking(speaker, options);
  onTestFinished(() => server.stop());
  return server.port;
}

/** These say what is said of well-known ports, so they need them free on this machine. */
const SENTINEL = 26379;
async function needFree(context: TestContext, number: number): Promise<void> {
  if (await isPortOpen(LOOPBACK, number)) context.skip(`something listens on ${number} of this machine`);
}

test('a refused connection to a port known for something else says so', async (context) => {
  await needFree(context, SENTINEL);
  expect(await explain(failure({ port: SENTINEL }))).toContain(
    `${LOOPBACK}:${SENTINEL} refuses the connection. Port ${SENTINEL} is Redis Sentinel's, which serves no keys.`,
  );
});

test('a refused connection to the usual port asks whether it runs there', async (context) => {
  await needFree(context, 7687);
  expect(await explain(failure({ port: 7687, service: neo4jName }))).toBe(
    `${LOOPBACK}:7687 refuses the connection. Is Neo4j running there?`,
  );
});

test('another product on the port is named', async () => {
  const at = await port(bolt);
  expect(await explain(failure({ port: at }))).toContain(
    `${LOOPBACK}:${at} is not Redis: a Neo4j answers there.`,
  );
});

test("Neo4j's browser port is not taken for Bolt", async () => {
  const at = await port(http('{"neo4j_version":"5"}'));
  expect(await explain(failure({ service: neo4jName, port: at }))).toContain(
    "is not Neo4j: Neo4j's HTTP browser port answers there.",
  );
});

test('a store with TLS dialled without it is told by the variable that says so', async () => {
  const at = await port(resp('+PONG\r\n'), { tls: true });
  expect(await explain(failure({ port: at }))).toContain(
    'is a Redis with TLS, dialled without. Should REDIS_TLS be true?',
  );
});

test('a store without TLS dialled with it is told too', async () => {
  const at = await port(resp('+PONG\r\n'));
  expect(await explain(failure({ port: at, tls: true }))).toContain('Should REDIS_TLS be false?');
});

test('a store that answers but fails is told in its own words', async () => {
  const at = await port(resp('+PONG\r\n'));
  const error = new Error('LOADING Redis is loading the dataset in memory');
  expect(await explain(failure({ port: at, error }))).toBe(
    `${LOOPBACK}:${at} answers as Redis does, but: LOADING Redis is loading the dataset in memory.`,
  );
});

test.each<[string, Error, string]>([
  [redisName, new Error('WRONGPASS invalid username-password pair or user is disabled.'), 'REDIS_PASSWORD'],
  [redisName, new Error('NOAUTH Authentication required.'), 'REDIS_PASSWORD'],
  [
    neo4jName,
    Object.assign(new Error('The client is unauthorized'), { code: 'Neo.ClientError.Security.Unauthorized' }),
    'NEO4J_PASSWORD',
  ],
  [qdrantName, Object.assign(new Error('Forbidden'), { status: 403 }), 'QDRANT_API_KEY'],
])('%s turning credentials away names the variable', async (service, error, variable) => {
  expect(await explain(failure({ service, error, port: await freePort() }))).toMatch(
    new RegExp(`password or key.*Check ${variable}\\.$`),
  );
});

test('a host nobody knows is told by the variable that names it', async () => {
  expect(await explain(failure({ host: 'no-such-host.invalid' }))).toBe(
    'no-such-host.invalid:1 cannot be found: no name server knows "no-such-host.invalid". Check REDIS_HOST.',
  );
});
