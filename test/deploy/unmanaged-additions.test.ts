import { expect, test } from 'vitest';
import { foreignFields } from '../../deploy/unmanaged-additions.ts';

const deployment = (env: object[]) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web' },
  spec: { template: { spec: { containers: [{ name: 'web', env }] } } },
});

test('what others added is told, but no secret and no password of a URL', () => {
  const added = [
    { name: 'LOG_LEVEL', value: 'debug' },
    { name: 'REDIS_PASSWORD', value: 'hunter2' },
    { name: 'CACHE', value: 'redis://:hunter2@cache' },
  ];
  const found = foreignFields(deployment([]), deployment(added));
  expect(found.map(({ value }) => value)).toEqual(['debug', '(secret)', 'redis://***@cache']);
  const configMap = (data: object) => ({ ...deployment([]), kind: 'ConfigMap', data });
  const [key] = foreignFields(configMap({}), configMap({ LLM_API_KEY: 'hunter2' }));
  expect(key).toMatchObject({ path: 'data.LLM_API_KEY', value: '(secret)' });
});
