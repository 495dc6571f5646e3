import { resolve } from 'node:path';
import { build } from 'esbuild';
import { forImage } from './for-image.ts';

/** Bundles the app of a checkout as its image runs it: `main.js`, and what it loads. */
export async function buildApp(outdir: string, root = '.'): Promise<void> {
  await build({
    ...forImage,
    absWorkingDir: resolve(root),
    // The entry checks Node's version before it loads anything that an older one lacks.
    entryPoints: { main: 'app/main.mjs', 'database-thread': 'app/stores/embedded/database-thread.ts' },
    outdir: resolve(outdir),
  });
}
