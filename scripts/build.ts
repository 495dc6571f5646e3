import { rm } from 'node:fs/promises';
import { build } from 'esbuild';
import { buildPage } from './build-page.ts';

/** Bundles the app, `build/app/main.js` and what it loads, and builds the page it serves: all the image needs. */
// Chunks are named by their content, so those of an earlier build would stay.
await rm('build/app', { recursive: true, force: true });
await Promise.all([
  build({
    // The entry checks Node's version before it loads anything that an older one lacks.
    entryPoints: { main: 'app/main.mjs' },
    outdir: 'build/app',
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    minifySyntax: true,
    sourcemap: 'linked',
    sourcesContent: false,
    legalComments: 'linked',
    // Dependencies that are CommonJS call require() for Node's own modules, which an ES module lacks.
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
  }),
  buildPage(),
]);
