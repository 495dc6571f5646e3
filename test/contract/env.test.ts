import { describe, expect, test } from 'vitest';
import { chatStack } from '../../contract/chat-stack.ts';
import { configDigest } from '../../model/digest.ts';
import {
  backendDigest,
  envNames,
  parseBackendEnv,
  backendValues,
  backendSecretsSet,
} from '../../contract/backend-env.ts';
import { environmentOf, serviceOf } from '../../model/environment.ts';
import { readChatStack } from '../../contract/read-chat-stack.ts';
import { backendVariables } from '../../contract/services/backend-variables.ts';
import type { Variable } from '../../model/variable.ts';

function parsed(source: Record<string, string>): Extract<ReturnType<typeof parseBackendEnv>, { ok: true }> {
  const result = parseBackendEnv(source);
  if (!result.ok) throw new Error(result.problems.map((problem) => problem.message).join('\n'));
  return result;
}

function problemsOf(source: Record<string, string>): readonly { name: string; message: string }[] {
  const result = parseBackendEnv(source);
  if (result.ok) throw new Error('the environment was accepted');
  return result.problems;
}

test('an empty environment has the defaults of the incident', () => {
  const { env } = parsed({});
  expect([env.REDIS_HOST, env.REDIS_PORT, env.REDIS_DB, env.REDIS_SESSION_TTL]).toEqual([
    'localhost',
    6379,
    0,
    86_400,
  ]);
});

test('every bad variable is reported at once', () => {
  const problems = problemsOf({ REDIS_PORT: 'tcp://10.0.0.1:6379', NEO4J_PORT: 'abc', QDRANT_PORT: '70000' });
  expect(problems.map((problem) => problem.name)).toEqual(['REDIS_PORT', 'NEO4J_PORT', 'QDRANT_PORT']);
});

test.each([
  ['REDIS_PORT', 'abc', 'the manifests take it from the edge to redis:redis) or leave it unset for 6379.'],
  ['HTTP_PORT', '0', 'the manifests take it from the port backend:http) or leave it unset for 8000.'],
  ['LLM_BASE_URL', 'x', 'your shell or .env) or leave it unset.'],
])('%s=%s is told where it is to be corrected', (name, value, expected) => {
  expect(problemsOf({ [name]: value })[0]?.message).toContain(expected);
});

test("a service link's value is explained as one", () => {
  expect(problemsOf({ REDIS_PORT: 'tcp://10.0.0.1:6379' })[0]?.message).toMatch(
    /service links.*enableServiceLinks: false/s,
  );
});

test.each(['', ' '].map((blank) => [blank]))(
  'an empty optional variable (%j) is unset only when truly empty',
  (blank) => {
    const result = parseBackendEnv({ LLM_BASE_URL: blank });
    expect(result.ok).toBe(blank === '');
  },
);

test.each(['1e3', '0x18eb', ' 6379', '6379 ', '+6379', '6379.0', '-1', '0', '65536'])(
  '%j is no port',
  (value) => {
    expect(problemsOf({ REDIS_PORT: value })[0]?.message).toContain('a port number from 1 to 65535');
  },
);

test('a bad secret is reported without its value', () => {
  const [problem] = problemsOf({ QDRANT_API_KEY: 'hunter2 with a space' });
  expect(problem?.message).toContain('QDRANT_API_KEY is (secret, not shown); expected printable ASCII');
  expect(problem?.message).not.toContain('hunter2');
});

test('a URL with a password in it is refused, for it would be shown', () => {
  const [problem] = problemsOf({ LLM_BASE_URL: 'https://user:hunter2@llm.example/v1' });
  expect(problem?.message).toContain('without user and password');
  expect(problem?.message).not.toContain('hunter2');
});

test('a shared secret that could be guessed from a token is refused, without its value', () => {
  const [problem] = problemsOf({ AUTH_MODE: 'jwt', AUTH_JWT_SECRET: 'hunter2' });
  expect(problem?.message).toContain('expected at least 32 characters');
  expect(problem?.message).not.toContain('hunter2');
});

test('AUTH_MODE=jwt without anything to verify by is refused', () => {
  expect(problemsOf({ AUTH_MODE: 'jwt' })[0]?.message).toContain('neither AUTH_JWKS_URL nor AUTH_JWT_SECRET');
});

test('an unknown variable under a prefix of ours is warned of with the nearest name', () => {
  expect(parsed({ REDIS_PROT: '1', UNRELATED: 'x' }).warnings).toEqual([
    'REDIS_PROT is set but nothing reads it. Did you mean REDIS_PORT?',
  ]);
});

test('what a service link adds besides the port is not warned of', () => {
  expect(parsed({ REDIS_SERVICE_HOST: '10.0.0.1', REDIS_PORT_6379_TCP_ADDR: '10.0.0.1' }).warnings).toEqual(
    [],
  );
});

test('the proxy of other programs is not taken for a variable of ours', () => {
  expect(parsed({ HTTP_PROXY: 'http://proxy:3128' }).warnings).toEqual([]);
});

test('no secret is among the public values', () => {
  const secrets = envNames.filter((name) => (backendVariables[name] as Variable).secret);
  const { env } = parsed(Object.fromEntries(secrets.map((name) => [name, 'hunter2'.repeat(5)])));
  expect(JSON.stringify(backendValues(env))).not.toContain('hunter2');
  expect(backendSecretsSet(env)).toEqual(secrets);
});

describe('the digest', () => {
  const stack = chatStack(readChatStack({}, 'the defaults'));
  const rendered = Object.fromEntries(
    environmentOf(stack, serviceOf(stack, 'backend')).flatMap((value) =>
      'value' in value ? [[value.name, value.value]] : [],
    ),
  );

  test('of what was rendered equals the one of what the process parsed', () => {
    expect(backendDigest(parsed(rendered).env)).toBe(configDigest(rendered));
  });

  test('differs when one value differs', () => {
    expect(backendDigest(parsed({ ...rendered, REDIS_PORT: '6380' }).env)).not.toBe(configDigest(rendered));
  });

  test('does not depend on secrets or on what only means something locally', () => {
    const more = { ...rendered, REDIS_PASSWORD: 'x', DATA_DIR: '/elsewhere' };
    expect(backendDigest(parsed(more).env)).toBe(configDigest(rendered));
  });
});
