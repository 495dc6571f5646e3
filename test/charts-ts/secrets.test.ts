import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { keptSecrets, secretsPath, newSecretValue } from '../../charts-ts/secrets.ts';
import { stackOf } from './rendered.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mooring-secrets-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const demo = stackOf();
const path = (): string => secretsPath(demo, join(folder, 'kept'));

test('values are made once, at least 128 bits each, readable by their owner only', () => {
  const made = keptSecrets(demo, path());
  expect(Object.keys(made)).toEqual(['redis-password', 'neo4j-password', 'qdrant-password']);
  for (const value of Object.values(made)) expect(value).toMatch(/^[A-Za-z0-9_-]{22,}$/);
  expect(new Set(Object.values(made)).size).toBe(3);
  expect(statSync(path()).mode & 0o777).toBe(0o600);
  expect(keptSecrets(demo, path())).toEqual(made);
});

test('a key that is missing is added, and none that is there is changed', () => {
  const external = stackOf({ redis: { external: { host: 'cache.example.com' } } });
  const few = keptSecrets(external, path());
  expect(Object.keys(few)).toEqual(['neo4j-password', 'qdrant-password']);
  expect(keptSecrets(demo, path())).toMatchObject(few);
  expect(keptSecrets(external, path()), 'a key no longer needed is kept, but not handed out').toEqual(few);
  expect(JSON.parse(readFileSync(path(), 'utf8'))).toHaveProperty('redis-password');
});

test.each(['', 'not json', '[]', '{"redis-password": ""}', '{"redis-password": 1}'])(
  'a file that holds %j is refused and left as it is, never replaced by new values',
  (text) => {
    keptSecrets(demo, path());
    writeFileSync(path(), text);
    expect(() => keptSecrets(demo, path())).toThrow('lock every client out');
    expect(readFileSync(path(), 'utf8')).toBe(text);
  },
);

test('with a Secret the user keeps, nothing is made and nothing is written', () => {
  const kept = stackOf({ secrets: { existingSecret: 'kept' } });
  expect(keptSecrets(kept, path())).toEqual({});
  expect(() => statSync(path())).toThrow('ENOENT');
});

test('two stacks and two namespaces keep their values apart', () => {
  const named = (name: string, namespace: string) => secretsPath(stackOf({}, { name, namespace }), folder);
  expect(new Set([named('a', 'b'), named('b', 'a'), named('a', 'a')]).size).toBe(3);
});

test('a value never begins with "-", which neo4j-admin would take for an option', () => {
  const values = Array.from({ length: 2_000 }, newSecretValue);
  expect(values.filter((value) => !/^[A-Za-z0-9_][A-Za-z0-9_-]{31}$/.test(value))).toEqual([]);
});

test.each(['with "quotes"', 'two words', 'a line\n', 'back\\slash', 'ä'])(
  'a kept password that Redis could not take is refused before anything is written: %j',
  (value) => {
    keptSecrets(demo, path());
    const edited = JSON.stringify({ ...keptSecrets(demo, path()), 'redis-password': value });
    writeFileSync(path(), edited);
    expect(() => keptSecrets(demo, path())).toThrow(
      /redis-password: redis reads it as REDISCLI_AUTH; expected printable ASCII/,
    );
    expect(() => keptSecrets(demo, path())).not.toThrow(value);
    expect(readFileSync(path(), 'utf8')).toBe(edited);
  },
);
