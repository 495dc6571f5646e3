import { describe, expect, onTestFinished, test } from 'vitest';
import { readyz, status } from '../../contract/http.ts';
import type { GateReport } from '../../model/report.ts';
import { neo4jName } from '../../contract/services/neo4j.ts';
import { qdrantName } from '../../contract/services/qdrant.ts';
import { redisName } from '../../contract/services/redis.ts';
import { startChat, type TestedApp } from '../e2e/chat-app.ts';
import { connected, handshake } from '../e2e/chat-client.ts';
import { forSuite } from '../servers/for-suite.ts';
import { startNeo4j } from '../servers/neo4j/neo4j.ts';
import { poll } from '../servers/poll.ts';
import { LOOPBACK } from '../servers/ports.ts';
import { startQdrant } from '../servers/qdrant/qdrant.ts';
import { startRedis } from '../servers/redis.ts';
import { startProxy, type Proxy } from './proxy.ts';

const PATH = '/ws/chat/patient%3Ademo/session%3A1';

async function gateOf(app: TestedApp, name: string): Promise<GateReport | undefined> {
  const answer = readyz.parse(await (await fetch(`${app.metricsUrl}/readyz`)).json());
  return answer.gates.find((gate) => gate.name === name);
}

const becomes = (
  app: TestedApp,
  name: string,
  wanted: (gate: GateReport | undefined) => boolean,
): Promise<string> => poll(async () => wanted(await gateOf(app, name)), { timeoutMs: 15_000 });

async function proxied(target: { host: string; port: number }): Promise<Proxy> {
  const proxy = await startProxy(target);
  onTestFinished(() => proxy.stop());
  return proxy;
}

describe('Redis', () => {
  const redis = forSuite(() => startRedis({ password: 'the-right-one' }));
  const behind = (proxy: Proxy, password: string): Promise<TestedApp> =>
    startChat({
      EMBEDDED_STORES: `${neo4jName},${qdrantName}`,
      REDIS_HOST: LOOPBACK,
      REDIS_PORT: String(proxy.port),
      REDIS_PASSWORD: password,
      STORE_TIMEOUT: '500',
    });

  test('turning the password away is said by the name of the variable, without its value', async () => {
    const proxy = await proxied(redis());
    const app = await behind(proxy, 'the-wrong-one');
    const said = (gate: GateReport | undefined): boolean =>
      gate?.lastError?.includes('Check REDIS_PASSWORD.') ?? false;
    expect(await becomes(app, redisName, said)).toBe('met');
    expect(app.logged.join()).not.toContain('the-wrong-one');
    expect(JSON.stringify(await gateOf(app, redisName))).not.toContain('the-wrong-one');
  });

  test('hanging without a word is noticed without traffic, said, and over when it is', async () => {
    const proxy = await proxied(redis());
    const app = await behind(proxy, redis().password);
    await app.ready();
    const client = await connected(`${app.wsUrl}${PATH}`);
    proxy.timeout();
    await client.dependency(redisName, 'away');
    const silent = (gate: GateReport | undefined): boolean =>
      gate?.lastError?.includes('says nothing') ?? false;
    expect(await becomes(app, redisName, silent)).toBe('met');
    await proxy.up();
    await client.dependency(redisName, 'back');
  });
});

describe('Neo4j', () => {
  const neo4j = forSuite(() => startNeo4j());

  test('away: nothing is acknowledged, the connection stays, and the same message is taken when it is back', async () => {
    const proxy = await proxied(neo4j());
    const app = await startChat({
      EMBEDDED_STORES: `${redisName},${qdrantName}`,
      NEO4J_HOST: LOOPBACK,
      NEO4J_PORT: String(proxy.port),
      NEO4J_PASSWORD: neo4j().password,
      // Long: on a busy machine a commit takes its time, and a refused connection is noticed at once anyway.
      STORE_TIMEOUT: '20000',
    });
    await app.ready();
    const session = `/ws/chat/patient%3A${Date.now()}/session%3A1`;
    const client = await connected(`${app.wsUrl}${session}`);
    client.say('m1', 'I am allergic to penicillin.');
    await client.answer('m1');

    await proxy.down();
    client.say('m2', 'I take aspirin.');
    expect(await client.frame('error')).toMatchObject({ code: 'STORE_AWAY', id: 'm2' });
    expect(client.framesOf('ack', 'm2')).toEqual([]);
    await client.dependency(neo4jName, 'away');
    expect((await handshake(`${app.wsUrl}${session}`)).status).toBe(503);

    await proxy.up();
    await client.dependency(neo4jName, 'back');
    client.say('m2', 'I take aspirin.');
    expect(await client.frame('ack', 'm2')).toMatchObject({ duplicate: false });
    await client.answer('m2');
  });
});

describe("Qdrant's engine", () => {
  const qdrant = forSuite(() => startQdrant());

  test('away after the first readiness degrades: ready, told, and handshakes are accepted', async () => {
    const proxy = await proxied(qdrant());
    const app = await startChat({
      EMBEDDED_STORES: `${redisName},${neo4jName}`,
      QDRANT_HOST: LOOPBACK,
      QDRANT_PORT: String(proxy.port),
      QDRANT_COLLECTION: `outage-${Date.now()}`,
      ...(qdrant().apiKey === '' ? {} : { QDRANT_API_KEY: qdrant().apiKey }),
    });
    await app.ready();
    const client = await connected(`${app.wsUrl}${PATH}`);
    await proxy.down();
    expect(await client.dependency(qdrantName, 'away')).toMatchObject({
      reason: 'Qdrant is away; answers may know less',
    });
    expect((await fetch(`${app.metricsUrl}/readyz`)).status).toBe(200);
    const told = status.parse(await (await fetch(`${app.publicUrl}/api/status`)).json());
    expect(told).toMatchObject({ ready: true, reason: 'Degraded' });
    const second = await connected(`${app.wsUrl}${PATH}`);
    second.say('m1', 'What am I allergic to?');
    expect((await second.answer('m1')).degraded).toBeTruthy();
    await proxy.up();
    await client.dependency(qdrantName, 'back');
  });
});
