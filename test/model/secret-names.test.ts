import { expect, test } from 'vitest';
import { isSecretName } from '../../model/secret-names.ts';
import { backendVariables } from '../../contract/services/backend-variables.ts';

test('every variable is a secret exactly where the contract says so', () => {
  for (const [name, variable] of Object.entries(backendVariables))
    expect(isSecretName(name), name).toBe('secret' in variable);
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
