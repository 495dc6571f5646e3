import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { cachedModels } from '../../scripts/models/cached-models.ts';
import { run } from '../servers/process.ts';

test('the runtime of the models keeps no id of this machine, and prints nothing', async () => {
  const models = await cachedModels(console.log);
  const home = await mkdtemp(join(tmpdir(), 'mooring-home-'));
  onTestFinished(() => rm(home, { recursive: true }));
  // Without the variable CI: where it is set, the runtime reports nothing anyway.
  const environment = ['-i', `PATH=${process.env['PATH']}`, `HOME=${home}`];
  const { stdout, stderr } = await run('env', [
    ...environment,
    ...[process.execPath, 'test/app/meaning/embed-once.ts', models],
  ]);
  expect(Number(stdout)).toBeGreaterThan(100);
  expect(stderr).toBe('');
  expect(await readdir(home)).toEqual([]);
});
