import { expect, test } from 'vitest';
import { localEnvironment } from '../../scripts/local-environment.ts';

test('every store is embedded that the environment points nowhere', () => {
  expect(localEnvironment({})).toEqual({ EMBEDDED_STORES: 'redis,neo4j,qdrant' });
  expect(localEnvironment({ REDIS_PORT: '6380', QDRANT_HOST: 'q.example' })).toEqual({
    EMBEDDED_STORES: 'neo4j',
  });
  expect(localEnvironment({ REDIS_PORT: '6380', EMBEDDED_STORES: 'redis' })).toEqual({
    EMBEDDED_STORES: 'redis',
  });
});

test('operations follow the asked port, unless they have one of their own', () => {
  expect(localEnvironment({}, '9000')).toMatchObject({ HTTP_PORT: '9000', METRICS_PORT: '9001' });
  expect(localEnvironment({ METRICS_PORT: '9100' }, '9000')).toMatchObject({ METRICS_PORT: '9100' });
});
