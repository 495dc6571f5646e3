import { describe, expect, test } from 'vitest';
import { createLogger } from '../../../app/observability/logger.ts';
import { redactorOf } from '../../../app/observability/redact.ts';
import { readableLine } from '../../../app/observability/readable-line.ts';
import { envOf } from '../env-of.ts';

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
