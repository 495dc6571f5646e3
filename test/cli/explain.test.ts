import { describe, expect, test } from 'vitest';
import { explain } from '../../cli/explain/explain.ts';
import { inWords } from '../../cli/explain/words.ts';
import { readFileSync } from 'node:fs';
import { chatKind } from '../../contract/chat-kind.ts';
import { stackOf } from '../charts-ts/rendered.ts';

const subject = { kind: chatKind, stack: stackOf() };
const words = (name: string): string => inWords(subject, explain(subject, name));

describe('explain', () => {
  test('a variable: who reads it, its default, what the stack gives it, who listens there', () => {
    expect(words('REDIS_PORT').replace(/defined at:.*/, '')).toBe(
      [
        'REDIS_PORT: its RESP port',
        '  read by:          backend',
        '  expected:         a port number from 1 to 65535, digits only',
        '  default:          6379',
        '  in "demo":        6379 (edge to redis:redis)',
        '  who listens:      redis, port "redis", at demo-redis:6379',
        '  ',
      ].join('\n'),
    );
  });

  test('a unit stands beside its default', () => {
    expect(words('REDIS_SESSION_TTL')).toContain('86400 seconds');
  });

  test('a secret is told by its place, never by a value', () => {
    expect(words('REDIS_PASSWORD')).toMatch(
      /secret: +yes; never printed\n.*Secret demo-secrets, key redis-password/s,
    );
  });

  test('a port of the stack: who listens, who dials it, told by which variable', () => {
    expect(words('7687')).toMatch(
      /neo4j's port "bolt".*listens on: +7687.*dialled by: +backend \(told by NEO4J_PORT\)/s,
    );
  });

  test('a port of nobody: what people expect there', () => {
    expect(words('6380')).toBe(
      `6380: no service of stack "demo" uses this port. It is often FalkorDB's or a TLS Redis'.`,
    );
    expect(words('4999')).toBe('4999: no service of stack "demo" uses this port.');
  });

  test.each(['0', '99999'])('%s is no port', (number) => {
    expect(() => explain(subject, number)).toThrow(
      `${number} is no port; expected a port number from 1 to 65535`,
    );
  });

  test('a field, with or without "spec.", and every field of a group', () => {
    expect(words('spec.redis.storage.size')).toContain('size of its volume claim');
    expect(words('redis.storage.size')).toBe(words('spec.redis.storage.size'));
    expect(words('spec.neo4j').split('\n').length).toBeGreaterThan(10);
  });

  test.each(['REDIS_PORT', 'LLM_TIMEOUT', 'NEO4J_AUTH', '6333', '4321', 'spec.preset'])(
    'where %s is defined is a line of the contract that says so',
    (name) => {
      const [found] = explain(subject, name);
      const at = found && 'definedAt' in found ? found.definedAt : null;
      const [file = '', line = ''] = (at ?? '').split(':');
      const said = readFileSync(file, 'utf8').split('\n')[Number(line) - 1];
      expect(said).toContain(name.split('.').at(-1));
    },
  );

  test('what is called otherwise is suggested', () => {
    expect(() => explain(subject, 'REDIS_PROT')).toThrow(/Did you mean REDIS_PORT\?/);
    const refused = expect.objectContaining({ name: 'CommandError', code: 'NO_SUCH_NAME' }) as Error;
    expect(() => explain(subject, 'nothing-at-all')).toThrow(refused);
  });

  test.each([
    ['a group', 'spec.redi', 'Did you mean spec.redis?'],
    ['a group, without "spec."', 'redi', 'Did you mean spec.redis?'],
    ['a field', 'spec.redis.storage.sze', 'Did you mean spec.redis.storage.size?'],
    ['a field of a misspelt group', 'spec.bakend.replicas', 'Did you mean spec.backend.replicas?'],
    ['a variable in lower case', 'redis_port', 'Did you mean REDIS_PORT?'],
    ['what a group lacks', 'spec.ingress.paths', 'spec.ingress has: host, className, '],
    ['what a field lacks', 'redis.image.name', 'spec.redis.image has no fields.'],
    ['nothing', 'wholly-unknown', 'A port is asked for by its number.'],
  ])('of a name that is nearly %s, the nearest is told', (_, name, told) => {
    expect(() => explain(subject, name)).toThrow(told);
  });
});
