import { chdir, cwd } from 'node:process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import type { Check } from '../../cli/doctor/check.ts';
import { localChecks } from '../../cli/doctor/local.ts';
import { chatKind } from '../../contract/chat-kind.ts';
import { defaultStack } from '../../contract/default-stack.ts';
import { resp, speaking } from '../dial/servers.ts';
import { startApp } from '../../app/start.ts';
import { forSuite } from '../servers/for-suite.ts';
import { startNeo4j } from '../servers/neo4j/neo4j.ts';
import { freePort, LOOPBACK } from '../servers/ports.ts';
import { startQdrant } from '../servers/qdrant/qdrant.ts';
import { startRedis } from '../servers/redis.ts';
import { envOf } from './real.ts';

const password = 'a-password-of-the-tests';

let folder: string;
const before = cwd();
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mooring-doctor-'));
  chdir(folder);
});
afterEach(() => {
  chdir(before);
  rmSync(folder, { recursive: true, force: true });
});

/** What doctor --local says with this .env, and with the backend's own ports free. */
async function doctor(
  dotenv: Record<string, string | number>,
  shell: Record<string, string> = {},
): Promise<Check[]> {
  const ports = { HTTP_PORT: await freePort(), METRICS_PORT: await freePort() };
  const lines = Object.entries({ ...ports, ...dotenv }).map(([name, value]) => `${name}=${value}`);
  writeFileSync('.env', `# of the tests\n${lines.join('\n')}\n`);
  return localChecks({ kind: chatKind, stack: defaultStack }, shell);
}

const told = (checks: readonly Check[], id: string): Check | undefined =>
  checks.find((check) => check.id === id);

describe('doctor --local', () => {
  describe('Redis', () => {
    const redis = forSuite(() => startRedis({ password }));
    const at = () => ({ REDIS_HOST: LOOPBACK, REDIS_PORT: redis().port, EMBEDDED_STORES: 'neo4j,qdrant' });

    test('that answers is right', async () => {
      expect(told(await doctor({ ...at(), REDIS_PASSWORD: password }), 'dial/redis')).toMatchObject({
        verdict: 'ok',
        says: `Redis answers at ${LOOPBACK}:${redis().port} and takes the credentials.`,
      });
    });

    test('that wants a password is told with the variable, never with the password', async () => {
      const checks = await doctor({ ...at(), REDIS_PASSWORD: 'another-password' });
      expect(told(checks, 'dial/redis')).toMatchObject({
        verdict: 'wrong',
        says: `Redis at ${LOOPBACK}:${redis().port} refuses the password or key it was sent. Check REDIS_PASSWORD.`,
      });
      expect(told(checks, 'dial/redis')?.places).toContainEqual({
        layer: 'env file',
        value: 'REDIS_PASSWORD=(secret)',
        where: '.env:7',
      });
      expect(JSON.stringify(checks)).not.toContain('another-password');
    });

    test('that is not there is told with file and line', async () => {
      const port = await freePort();
      const check = told(await doctor({ ...at(), REDIS_PORT: port }), 'dial/redis');
      expect(check?.says).toContain(`${LOOPBACK}:${port} refuses the connection.`);
      expect(check?.places).toContainEqual({
        layer: 'env file',
        value: `REDIS_PORT=${port}`,
        where: '.env:5',
      });
    });
  });

  test('a FalkorDB is no Redis', async () => {
    const falkor = await speaking(resp('+PONG\r\n', '*1\r\n*2\r\n$4\r\nname\r\n$5\r\ngraph\r\n'));
    onTestFinished(() => falkor.stop());
    const env = { REDIS_HOST: LOOPBACK, REDIS_PORT: falkor.port, EMBEDDED_STORES: 'neo4j,qdrant' };
    const check = told(await doctor(env), 'dial/redis');
    expect(check).toMatchObject({ verdict: 'wrong' });
    expect(check?.says).toContain('is not Redis: a FalkorDB answers there.');
  });

  describe('Neo4j', () => {
    const neo4j = forSuite(() => startNeo4j({ password }));
    const at = () => ({ NEO4J_HOST: LOOPBACK, NEO4J_PORT: neo4j().port, EMBEDDED_STORES: 'redis,qdrant' });

    test('that wants auth is told with the variable', async () => {
      expect(told(await doctor(at()), 'dial/neo4j')).toMatchObject({
        verdict: 'wrong',
        says: expect.stringMatching(
          /Neo4j at .* wants a password or key that was not sent\. Check NEO4J_PASSWORD\./,
        ) as string,
      });
      expect(told(await doctor({ ...at(), NEO4J_PASSWORD: password }), 'dial/neo4j')).toMatchObject({
        verdict: 'ok',
      });
    });
  });

  describe("Qdrant's engine", () => {
    const qdrant = forSuite(() => startQdrant({ apiKey: password }));
    const at = () => ({ QDRANT_HOST: LOOPBACK, QDRANT_PORT: qdrant().port, EMBEDDED_STORES: 'redis,neo4j' });

    test('that wants a key is told with the variable', async () => {
      expect(told(await doctor(at()), 'dial/qdrant')).toMatchObject({
        verdict: 'wrong',
        says: expect.stringContaining('Check QDRANT_API_KEY.') as string,
      });
      expect(told(await doctor({ ...at(), QDRANT_API_KEY: password }), 'dial/qdrant')).toMatchObject({
        verdict: 'ok',
      });
    });
  });

  test('every bad variable is told with where it is set, and nothing is dialled', async () => {
    const checks = await doctor(
      { REDIS_PORT: 'tcp://10.0.0.1:6379', QDRANT_TLS: 'yes' },
      { LLM_TIMEOUT: '0' },
    );
    expect(checks.map(({ id, verdict }) => [id, verdict])).toEqual(
      expect.arrayContaining([
        ['env/REDIS_PORT', 'wrong'],
        ['env/QDRANT_TLS', 'wrong'],
        ['env/LLM_TIMEOUT', 'wrong'],
      ]),
    );
    expect(told(checks, 'env/REDIS_PORT')?.says).toContain('enableServiceLinks');
    expect(told(checks, 'env/LLM_TIMEOUT')?.places).toEqual([
      { layer: 'shell', value: 'LLM_TIMEOUT=0', where: 'exported' },
    ]);
    expect(checks.some(({ id }) => id.startsWith('dial/'))).toBe(false);
  });

  test('a backend that runs with something else than the env file says is told', async () => {
    const [http, metrics] = [await freePort(), await freePort()];
    const values = { HTTP_HOST: LOOPBACK, HTTP_PORT: String(http), METRICS_PORT: String(metrics) };
    const env = { ...values, EMBEDDED_STORES: 'redis,neo4j,qdrant', DATA_DIR: folder, REDIS_PORT: '6380' };
    const app = await startApp(envOf(env), { log: { write: () => undefined } });
    onTestFinished(() => app.stop());
    await app.ready();
    const checks = await doctor({ ...env, REDIS_PORT: 6379 });
    expect(told(checks, 'port/HTTP_PORT')).toMatchObject({ verdict: 'ok' });
    expect(checks.filter(({ verdict }) => verdict === 'wrong').map(({ says }) => says)).toEqual([
      'REDIS_PORT is 6379 here, but the backend that runs was started with 6380.',
    ]);
  });

  test("a port of the backend's that somebody else has is told by what answers", async () => {
    const other = await speaking(resp('+PONG\r\n'));
    onTestFinished(() => other.stop());
    const checks = await doctor({ HTTP_PORT: other.port, EMBEDDED_STORES: 'redis,neo4j,qdrant' });
    expect(told(checks, 'port/HTTP_PORT')).toMatchObject({
      verdict: 'wrong',
      says: `Port ${other.port} (HTTP_PORT) is taken: a Redis answers there.`,
    });
  });
});
