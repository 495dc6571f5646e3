import { build } from 'esbuild';
import { buildPage } from './build-page.ts';

/** Bundles the app into one file, `build/app/main.js`, and builds the page it serves: all the image needs. */
await Promise.all([
  build({
    entryPoints: ['app/main.ts'],
    outfile: 'build/app/main.js',
    bundle: true,
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
