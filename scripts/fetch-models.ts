import { cp } from 'node:fs/promises';
import { cachedModels } from './models/cached-models.ts';

/** `npm run models -- FOLDER`: fills a folder with the embedding models that the app reads from `MODEL_DIR`. */
const [folder] = process.argv.slice(2);
if (folder === undefined) {
  console.error('Usage: npm run models -- FOLDER');
  process.exitCode = 64;
} else
  try {
    await cp(await cachedModels((line) => console.log(line)), folder, { recursive: true });
    console.log(`${folder} has the models. MODEL_DIR=${folder} makes the app use them.`);
  } catch (error) {
    console.error(`The models cannot be had: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 69;
  }
