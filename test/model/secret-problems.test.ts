import { describe, expect, test } from 'vitest';
import { newSecretValue } from '../../charts-ts/secrets.ts';
import { secretProblems } from '../../model/secret-problems.ts';
import { stackOf } from '../charts-ts/rendered.ts';

const demo = stackOf();
const problemsOf = (values: Record<string, string>): string[] => secretProblems(demo, 'demo-secrets', values);
const good = 'correct.horse_battery-staple';

describe('a value a store could not take is named with its key and its reader, never shown', () => {
  test.each([
    ['redis-password', 'a"b'],
    ['redis-password', "a'b"],
    ['redis-password', 'a b'],
    ['redis-password', 'a\\b'],
    ['redis-password', 'a\n'],
    ['redis-password', ''],
    ['redis-password', 'passwörd'],
    ['redis-password', 'a\ufffdb'],
    ['qdrant-password', 'a b'],
    ['neo4j-password', 'short'],
    ['neo4j-password', 'with/slash'],
    ['neo4j-password', '-leading-dash'],
    ['neo4j-password', '@a-file-of-arguments'],
    ['neo4j-password', 'with$(date)'],
    ['neo4j-password', 'with spaces in it'],
  ])('%s %j', (key, value) => {
    const [problem, ...others] = problemsOf({ [key]: value, other: 'a b' });
    expect(problem).toMatch(
      new RegExp(`^${key}: ${key.split('-')[0] ?? ''} reads it as [A-Z4_]+; expected `),
    );
    expect(others).toEqual([]);
    if (value.length > 3) expect(problem).not.toContain(value);
  });

  test('values of ours, and others within the rule, are fine', () => {
    const keys = ['redis-password', 'neo4j-password', 'qdrant-password'];
    for (const value of [good, ...Array.from({ length: 200 }, newSecretValue)])
      expect(problemsOf(Object.fromEntries(keys.map((key) => [key, value])))).toEqual([]);
    expect(problemsOf({ 'redis-password': '!#$%&()*+,-./:;<=>?@[]^_`{|}~' })).toEqual([]);
  });

  test('each Secret a document names is held to who reads it', () => {
    const ref = { name: 'kept', key: 'k' };
    const stack = stackOf({
      secrets: { existingSecret: 'passwords' },
      auth: { mode: 'jwt', secretRef: ref },
    });
    expect(secretProblems(stack, 'kept', { k: 'short' })).toEqual([
      'k: backend reads it as AUTH_JWT_SECRET; expected at least 32 characters, as HS256 demands',
    ]);
    expect(
      secretProblems(stack, 'passwords', { 'redis-password': 'a b', 'neo4j-password': good }),
    ).toHaveLength(1);
    expect(secretProblems(stack, 'another', { k: 'short' })).toEqual([]);
  });
});
