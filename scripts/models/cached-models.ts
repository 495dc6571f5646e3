import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { modelFiles } from '../../app/meaning/model-files.ts';
import { cacheRoot } from '../cache-root.ts';
import { makeModels, modelsId } from './make.ts';

/** The folder of the embedding models in the cache; fetches them when they are not there. @throws Error in words. */
export async function cachedModels(say: (line: string) => void): Promise<string> {
  const folder = join(cacheRoot(), `models-${modelsId}`);
  if (existsSync(join(folder, modelFiles.manifest))) return folder;
  await mkdir(cacheRoot(), { recursive: true });
  const unfinished = await mkdtemp(`${folder}.`);
  try {
    await makeModels(unfinished, say);
    // Another process may have been faster.
    await rename(unfinished, folder).catch((error: unknown) => {
      if (!existsSync(join(folder, modelFiles.manifest))) throw error;
    });
    return folder;
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}
