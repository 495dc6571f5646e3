import { rm } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { forImage } from './for-image.ts';

/**
 * Bundles an operator, `main.js` and what it loads: all its image needs. The entry chooses the kinds; without one it is
 * the operator of those that are built in.
 */
const { values } = parseArgs({
  options: {
    entry: { type: 'string', default: 'operator/main.mjs' },
    out: { type: 'string', default: 'build/operator' },
  },
});
await rm(values.out, { recursive: true, force: true });
await build({ ...forImage, entryPoints: { main: values.entry }, outdir: values.out });
