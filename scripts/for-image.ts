import type { BuildOptions } from 'esbuild';

/**
 * Dependencies that are CommonJS call require() for Node's own modules, which an ES module lacks. A bundled module may
 * import `createRequire` itself.
 */
export const requireOfModule =
  "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);";

/** How a program is bundled for its image. */
export const forImage: BuildOptions = {
  bundle: true,
  splitting: true,
  platform: 'node',
  format: 'esm',
  target: 'node24',
  minifySyntax: true,
  minifyWhitespace: true,
  sourcemap: 'linked',
  sourcesContent: false,
  legalComments: 'linked',
  banner: { js: requireOfModule },
};
