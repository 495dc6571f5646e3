import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { capture } from '../servers/command.ts';
import { freePort } from '../servers/ports.ts';
import { startRedis } from '../servers/redis.ts';
import { Unavailable } from '../servers/unavailable.ts';
import { theIncidentsPorts } from './incident-ports.ts';

const launcher = resolve(import.meta.dirname, '../../cli/mooring');

test('doctor --local finds the incident in an env file: REDIS_PORT=6380 while Redis listens on 6379', async (context) => {
  await incident().catch((error: unknown) => {
    if (error instanceof Unavailable) context.skip(error.message);
    throw error;
  });
  const folder = await mkdtemp(join(tmpdir(), 'mooring-incident-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const ports = `HTTP_PORT=${await freePort()}\nMETRICS_PORT=${await freePort()}\n`;
  await writeFile(join(folder, '.env'), `${ports}EMBEDDED_STORES=neo4j,qdrant\nREDIS_PORT=6380\n`);
  const { code, stdout } = await capture(launcher, ['doctor', '--local'], { cwd: folder });
  expect(code).toBe(1);
  expect(stdout.split('\n').slice(0, 2)).toEqual([
    "✗ localhost:6380 refuses the connection. Port 6380 is often FalkorDB's or a TLS Redis'. " +
      'A Redis answers on localhost:6379 (dialled): should REDIS_PORT be 6379?',
    '    env file: REDIS_PORT=6380 (.env:4)',
  ]);
});

async function incident(): Promise<void> {
  await theIncidentsPorts();
  const redis = await startRedis({ port: 6379 });
  onTestFinished(() => redis.stop());
}
