import { expect, test } from 'vitest';
import { isSecretName } from '../../model/secret-names.ts';
import { backendVariables } from '../../contract/services/backend-variables.ts';

test('every variable is a secret exactly where the contract says so', () => {
  // Written out: a secret that loses its mark would be shown in logs, diffs and /config.
  expect(Object.keys(backendVariables).filter(isSecretName).sort()).toEqual([
    'AUTH_JWT_SECRET',
    'EMBEDDINGS_API_KEY',
    'LLM_API_KEY',
    'NEO4J_PASSWORD',
    'QDRANT_API_KEY',
    'REDIS_PASSWORD',
  ]);
});

test.each([
  'NEO4J_AUTH',
  'DB_PASSWORD',
  'PGPASSWD',
  'CLIENT_SECRET',
  'GITHUB_TOKEN',
  'QDRANT__SERVICE__API_KEY',
  'redis-password',
  'SIGNING_KEY',
  'apiKey',
])('%s sounds like a secret', (name) => expect(isSecretName(name)).toBe(true));

test.each(['LOG_LEVEL', 'REDIS_HOST', 'AUTHOR', 'KEYSPACE', 'AWS_ACCESS_KEY_ID', 'MONKEY', 'toString'])(
  '%s does not',
  (name) => expect(isSecretName(name)).toBe(false),
);
