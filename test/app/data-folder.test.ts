import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { holdDataFolder } from '../../app/data-folder.ts';
import type { Env } from '../../contract/backend-env.ts';
import { envOf } from './env-of.ts';

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'mooring-folder-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

const embedded = (folder: string): Env => envOf({ EMBEDDED_STORES: 'neo4j', DATA_DIR: folder });

test('a folder is held by one process until it lets go', async () => {
  const folder = join(await newFolder(), 'new');
  const letGo = await holdDataFolder(embedded(folder));
  await expect(holdDataFolder(embedded(folder))).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    message: expect.stringContaining(`The folder ${folder} is in use by `) as string,
  });
  await expect(holdDataFolder(envOf({ DATA_DIR: folder })), 'nothing is embedded').resolves.toBeDefined();
  letGo();
  (await holdDataFolder(embedded(folder)))();
});

test('a killed process holds nothing', async () => {
  const folder = await newFolder();
  const hold = `const { holdDataFolder } = await import('./app/data-folder.ts');
    await holdDataFolder({ EMBEDDED_STORES: ['neo4j'], DATA_DIR: process.argv[1] });
    process.stdout.write('held');
    setInterval(() => undefined, 1_000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', hold, folder]);
  await once(child.stdout, 'data');
  await expect(holdDataFolder(embedded(folder))).rejects.toThrow('in use');
  child.kill('SIGKILL');
  await once(child, 'exit');
  (await holdDataFolder(embedded(folder)))();
});

test('a folder that cannot be one says why', async () => {
  const file = join(await newFolder(), 'file');
  await writeFile(file, '');
  await expect(holdDataFolder(embedded(file))).rejects.toThrow(
    /The folder .*file cannot hold the embedded stores: EEXIST.*set DATA_DIR to another folder/,
  );
});
