import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { errorText } from '../../../app/observability/error-text.ts';
import { createLogger } from '../../../app/observability/logger.ts';
import { redactorOf } from '../../../app/observability/redact.ts';
import { readableLine } from '../../../app/observability/readable-line.ts';
import { envOf } from '../env-of.ts';

function thrownBy(work: () => unknown): Error {
  try {
    work();
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error('it threw nothing');
}

function logged(env: Record<string, string> = {}) {
  const lines: string[] = [];
  return { lines, log: createLogger(envOf(env), { write: (line) => lines.push(line) }) };
}

test('a line is JSON with time, level and message', () => {
  const { lines, log } = logged();
  log.warn({ attempts: 2 }, 'Redis is away');
  expect(JSON.parse(lines[0] ?? '')).toEqual({
    level: 'warn',
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/) as string,
    attempts: 2,
    msg: 'Redis is away',
  });
});

test('LOG_LEVEL is the least severe line that is logged', () => {
  const { lines, log } = logged({ LOG_LEVEL: 'error' });
  log.warn('quiet');
  log.error('loud');
  expect(lines).toHaveLength(1);
});

test('in a terminal it is a line for people', () => {
  const { lines, log } = logged();
  log.info({ attempts: 2 }, 'Redis is away');
  expect(readableLine(lines[0] ?? '')).toMatch(/^\d\d:\d\d:\d\d INFO  Redis is away attempts=2\n$/);
});

test('in a terminal no id can forge a line or move the cursor', () => {
  const { lines, log } = logged();
  log.info({ messageId: 'a\n12:00:00 ERROR forged\u2028' }, 'Client \u001b[2J:s connected');
  expect(readableLine(lines[0] ?? '')).toMatch(
    /INFO {2}Client \\u001b\[2J:s connected messageId=a\\u000a12:00:00 ERROR forged\\u2028\n$/,
  );
});

test('an error in a terminal is its stack', () => {
  const { lines, log } = logged();
  log.error({ err: new Error('broken') }, 'A request failed');
  expect(readableLine(lines[0] ?? '')).toMatch(/err=Error: broken\n\s+at /);
});

describe('an error in the log', () => {
  const said = 'I take 14 units of insulin';
  const shown = (error: Error): string => {
    const { lines, log } = logged();
    log.error({ err: error }, 'A request failed');
    return lines.join('');
  };

  test('has its code, its causes and its stack', () => {
    const cause = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
    const line = shown(Object.assign(new TypeError('fetch failed', { cause }), { code: 'E1' }));
    expect(JSON.parse(line)).toMatchObject({
      err: {
        type: 'TypeError',
        message: 'fetch failed: connect ECONNREFUSED',
        code: 'E1',
        stack: expect.stringMatching(
          /^TypeError: fetch failed: connect ECONNREFUSED\n +at .*(?:\n.*)*caused by\n +at /,
        ) as string,
      },
    });
  });

  test.each([
    ['of a command', Object.assign(new Error('failed'), { command: { name: 'eval', args: [said] } })],
    ['Redis repeats', new Error(`ERR unknown command 'X', with args beginning with: '${said}'`)],
    [
      'Neo4j repeats',
      Object.assign(new Error(`Node(0) already exists with property \`key\` = '${said}'`), {
        code: 'Neo.ClientError.Schema.ConstraintValidationFailed',
      }),
    ],
    ['of a raw response', new Error(`Unexpected Response: 400\nRaw response content:\n${said}`)],
    ['JSON.parse repeats', thrownBy(() => JSON.parse(said))],
    ['a form repeats', thrownBy(() => z.literal('x').parse(said))],
    ['of a cause', new Error('failed', { cause: new Error(`failed\n${said}`) })],
  ])('does not have what a patient said: %s', (_what, error) => {
    expect(shown(error)).toContain('"message":"');
    expect(shown(error)).not.toContain('insulin');
    expect(errorText(error)).not.toContain('insulin');
  });

  test.each(['hunter2', 'back\\slash "quoted"'])('does not have the secret %j', (secret) => {
    const { lines, log } = logged({ REDIS_PASSWORD: secret });
    log.error({ err: new Error(`redis://default:${secret}@host: ${secret}`), reason: secret }, `${secret}!`);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ reason: '(secret)', msg: '(secret)!' });
    expect(lines[0]).not.toMatch(/hunter2|slash/);
  });

  test('has no credentials of a URL, and its paths as they are', () => {
    const { lines, log } = logged();
    const stack = 'at f (file:///node_modules/@fastify/static/index.js:1:1)';
    log.warn({ stack }, 'dialled redis://default:p@ss/word@host:6379/0');
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ stack, msg: 'dialled redis://(secret)@host:6379/0' });
  });
});

describe('masking', () => {
  test('blanks out every secret of the environment wherever it stands', () => {
    const redact = redactorOf(envOf({ REDIS_PASSWORD: 'hunter2', NEO4J_PASSWORD: 'swordfish' }));
    expect(redact('hunter2 at redis://:hunter2@host, swordfish')).toBe(
      '(secret) at redis://:(secret)@host, (secret)',
    );
  });

  test('leaves a text without secrets as it is', () => {
    expect(redactorOf(envOf({ REDIS_HOST: 'localhost' }))('localhost')).toBe('localhost');
  });
});
