import { readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { changeIn, copyOfSources } from '../broken-copy.ts';
import { edits } from './edits.ts';

const own = join(import.meta.dirname, 'contract');
/** From the files here to the root it is this much farther than from the same files in the copy. */
const farther = '../'.repeat('test/e2e/fifth-service'.split('/').length);

export interface Copy {
  readonly folder: string;
  stop(): Promise<void>;
}

/** A copy of this repository whose chat has a fifth service: files added and edited below `contract/`, nowhere else. */
export async function copyWithFifthService(): Promise<Copy> {
  const folder = await copyOfSources();
  const stop = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    for (const file of await readdir(own, { recursive: true, withFileTypes: true }))
      if (file.isFile()) await add(join(file.parentPath, file.name), folder);
    for (const edit of edits) await changeIn(folder, edit);
    return { folder, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function add(path: string, folder: string): Promise<void> {
  const target = join(folder, 'contract', path.slice(own.length));
  const text = await readFile(path, 'utf8');
  await writeFile(target, text.replaceAll(`'${farther}`, "'"), { flag: 'wx' });
}
