import { expect, test } from 'vitest';
import { capture } from '../servers/command.ts';

/** Runs the app's entry with these variables only added; it must end by itself. */
const started = (env: Record<string, string>) => capture(process.execPath, ['app/main.ts'], { env });

test('every bad variable is one line on standard error, and the process exits with 78', async () => {
  const { code, stderr, stdout } = await started({
    REDIS_PORT: 'tcp://10.0.0.1:6379',
    NEO4J_PORT: 'abc',
    QDRANT_PORT: '70000',
    REDIS_PROT: '1',
  });
  expect(code).toBe(78);
  expect(stdout).toBe('');
  const lines = stderr.trim().split('\n');
  expect(lines).toHaveLength(4);
  expect(lines[0]).toMatch(/^REDIS_PORT is "tcp:\/\/10\.0\.0\.1:6379".*service links/);
  expect(lines[1]).toMatch(/^NEO4J_PORT is "abc"; expected a port number/);
  expect(lines[2]).toMatch(/^QDRANT_PORT is "70000"; expected a port number/);
  expect(lines[3]).toBe('REDIS_PROT is set but nothing reads it. Did you mean REDIS_PORT?');
});

test('a key that no HTTP header can carry is refused at start, without its value', async () => {
  const { code, stderr } = await started({ QDRANT_API_KEY: 'ключ' });
  expect(code).toBe(78);
  expect(stderr).toContain('QDRANT_API_KEY is (secret, not shown)');
  expect(stderr).not.toContain('ключ');
});
