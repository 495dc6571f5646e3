import { describe, expect, test } from 'vitest';
import { explain } from '../../dial/explain.ts';
import { knownPorts } from '../../contract/known-ports.ts';
import { chatProgramFacts } from '../../contract/programs.ts';
import { recognitionsOf } from '../../model/program.ts';
import { identify } from '../../dial/identify.ts';
import { neo4jName } from '../../contract/services/neo4j.ts';
import { qdrantName } from '../../contract/services/qdrant.ts';
import { redisName } from '../../contract/services/redis.ts';
import { chatTarget } from '../dial/chat-target.ts';
import { forSuite } from '../servers/for-suite.ts';
import { startNeo4j } from '../servers/neo4j/neo4j.ts';
import { startQdrant } from '../servers/qdrant/qdrant.ts';
import { startRedis } from '../servers/redis.ts';

const timeoutMs = 3_000;
const products = recognitionsOf(chatProgramFacts);
const password = 'a-password-of-the-tests';
const refused = new Error('connection refused');

describe('what is dialled on real servers', () => {
  describe('Neo4j', () => {
    const neo4j = forSuite(() => startNeo4j({ password }));

    test('is known by its Bolt handshake', async () => {
      expect(await identify(neo4j().host, neo4j().port, { timeoutMs, products })).toMatchObject({
        product: 'Neo4j',
      });
    });

    test('is named where a Redis was expected', async () => {
      const { host, port } = neo4j();
      const words = await explain({
        target: chatTarget(redisName, { host, port }),
        error: refused,
        timeoutMs,
        knownPorts,
      });
      expect(words).toMatch(/Neo4j/);
      expect(words).not.toContain(password);
    });
  });

  describe("Qdrant's engine", () => {
    const qdrant = forSuite(() => startQdrant({ apiKey: password }));

    test('is known by its root document, which needs no key', async () => {
      expect(await identify(qdrant().host, qdrant().port, { timeoutMs, products })).toMatchObject({
        product: 'Qdrant',
      });
    });

    test('is named where a Neo4j was expected', async () => {
      const { host, port } = qdrant();
      expect(
        await explain({
          target: chatTarget(neo4jName, { host, port }),
          error: refused,
          timeoutMs,
          knownPorts,
        }),
      ).toMatch(/Qdrant/);
    });
  });

  describe('Redis', () => {
    const redis = forSuite(() => startRedis({ password }));

    test('is known even when it wants a password first', async () => {
      const finding = await identify(redis().host, redis().port, { timeoutMs, products });
      expect(finding).toMatchObject({ product: 'Redis', wantsAuth: true });
    });

    test('is named where a Qdrant was expected', async () => {
      const { host, port } = redis();
      expect(
        await explain({
          target: chatTarget(qdrantName, { host, port }),
          error: refused,
          timeoutMs,
          knownPorts,
        }),
      ).toMatch(/Redis/);
    });
  });
});

describe('a real Redis', () => {
  const redis = forSuite(() => startRedis());
  test('is a Redis', async () => {
    expect(await identify(redis().host, redis().port, { timeoutMs, products })).toEqual({
      what: 'product',
      product: 'Redis',
      tls: false,
    });
  });
});

describe('a real Redis with a password', () => {
  const redis = forSuite(() => startRedis({ password }));
  test('is a Redis that wants one', async () => {
    expect(await identify(redis().host, redis().port, { timeoutMs, products })).toMatchObject({
      product: 'Redis',
      wantsAuth: true,
    });
  });
});
