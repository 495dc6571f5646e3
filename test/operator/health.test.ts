import { Registry } from 'prom-client';
import { expect, onTestFinished, test } from 'vitest';
import { serveHealth } from '../../operator/health.ts';
import { freePort, LOOPBACK } from '../servers/ports.ts';

test('what should be restarted, and what cannot work now, is told at a path of its own, with why', async () => {
  const stopping = new AbortController();
  onTestFinished(() => stopping.abort());
  const says: { dead?: string; unready?: string } = {};
  const port = await freePort();
  const health = { dead: () => says.dead, unready: () => says.unready, registry: new Registry() };
  await serveHealth(health, port, stopping.signal);
  const ask = async (path: string): Promise<string> => {
    const answer = await fetch(`http://${LOOPBACK}:${port}${path}`);
    return `${answer.status} ${(await answer.text()).trim()}`;
  };
  expect([await ask('/healthz'), await ask('/readyz')]).toEqual(['200 ok', '200 ok']);
  says.dead = 'A watch is silent.';
  expect([await ask('/healthz'), await ask('/readyz')]).toEqual(['503 A watch is silent.', '200 ok']);
  says.unready = 'A permission is missing.';
  expect(await ask('/readyz')).toBe('503 A permission is missing.');
  expect(await ask('/')).toBe('404 There is nothing here.');
});
