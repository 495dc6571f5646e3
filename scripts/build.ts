import { rm } from 'node:fs/promises';
import { build } from 'esbuild';
import { buildPage } from './build-page.ts';
import { forImage } from './for-image.ts';

/** Bundles the app, `build/app/main.js` and what it loads, and builds the page it serves: all the image needs. */
// Chunks are named by their content, so those of an earlier build would stay.
await rm('build/app', { recursive: true, force: true });
await Promise.all([
  // The entry checks Node's version before it loads anything that an older one lacks.
  build({
    ...forImage,
    entryPoints: { main: 'app/main.mjs', 'database-thread': 'app/stores/embedded/database-thread.ts' },
    outdir: 'build/app',
  }),
  buildPage(),
]);
