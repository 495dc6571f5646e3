import { describe, expect, test } from 'vitest';
import { knownPorts } from '../../contract/known-ports.ts';
import { chatProgramFacts } from '../../contract/programs.ts';
import { recognitionsOf } from '../../model/program.ts';
import { ask, type Answer } from '../../dial/ask.ts';
import type { Target } from '../../dial/target.ts';
import { forSuite } from '../servers/for-suite.ts';
import { LOOPBACK } from '../servers/ports.ts';
import { startRedis } from '../servers/redis.ts';

const target = (rest: Partial<Target>): Target => ({
  ...{ service: 'thing', product: 'thing', dial: { protocol: 'tcp' } },
  products: recognitionsOf(chatProgramFacts),
  ...{ host: LOOPBACK, port: 1, tls: false, variables: {}, usualPort: rest.port ?? 1 },
  ...rest,
});

const asked = (rest: Partial<Target>): Promise<Answer> => ask(target(rest), { timeoutMs: 1_200, knownPorts });

describe('a program that speaks RESP', () => {
  const redis = forSuite(() => startRedis({ password: 'a-secret' }));
  const at = (): Partial<Target> => ({ port: redis().port, dial: { protocol: 'resp' }, secret: 'a-secret' });

  test('is asked with its credentials', async () => {
    expect(await asked({ ...at(), product: 'Redis' })).toMatchObject({
      ok: true,
      says: `Redis answers at ${LOOPBACK}:${redis().port} and takes the credentials.`,
    });
  });

  test('may be a product that cannot be told from Redis', async () => {
    expect(await asked({ ...at(), product: 'Valkey' })).toMatchObject({ ok: true });
  });

  test('is not taken for a product that can be told from Redis', async () => {
    expect(await asked({ ...at(), product: 'FalkorDB' })).toMatchObject({
      ok: false,
      says: `${LOOPBACK}:${redis().port} is not FalkorDB: a Redis answers there.`,
    });
  });

  test('is told with the variable of its secret, never with the secret', async () => {
    const variables = { secret: 'CACHE_PASSWORD' };
    const { ok, says } = await asked({ ...at(), product: 'Redis', secret: 'another', variables });
    expect({ ok, says }).toEqual({
      ok: false,
      says: `Redis at ${LOOPBACK}:${redis().port} refuses the password or key it was sent. Check CACHE_PASSWORD.`,
    });
  });
});
